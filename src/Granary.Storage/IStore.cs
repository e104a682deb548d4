namespace Granary.Storage;

/// <summary>A store as a server holds it: pools, grain state, and what there is as a whole.</summary>
public interface IStore : IPoolStore, IGrainStateStore, IAsyncDisposable
{
    /// <summary>File or database, for messages; never a password.</summary>
    string Place { get; }

    /// <summary>Every pool that was ever written.</summary>
    Task<IReadOnlyList<string>> PoolsAsync(CancellationToken cancellationToken = default);

    /// <summary>Everything there was at one moment, while writing goes on: pool after pool (see <see cref="StoreItem"/>), then grain state.</summary>
    IAsyncEnumerable<StoreItem> ExportAsync(CancellationToken cancellationToken = default);
}
