using System.Runtime.ExceptionServices;
using Granary.Memory.Pools;

namespace Granary.Storage;

/// <summary>
/// Connections that only read, each lent to one reader at a time, in the order in which they asked; one that nobody needed for five minutes closes. Reading goes on beside the
/// writer: SQLite's WAL mode.
/// </summary>
internal sealed class ReaderPool(string path, int most) : IDisposable
{
    private readonly ResourcePool<Database> _connections = new("readers", ResourceRules<Database>.Of(() => Database.Open(path, readOnly: true)), new ResourcePoolOptions
    {
        MaxSize = most,
        // a slow disk is waited for: whoever reads has a token
        AcquireTimeout = Timeout.InfiniteTimeSpan,
        CreateTimeout = Timeout.InfiniteTimeSpan,
        SweepEvery = TimeSpan.FromSeconds(30),
    }, TimeProvider.System);

    /// <summary>Runs <paramref name="read"/> off the caller's thread, so that a grain's turn never waits for the disk.</summary>
    public async Task<T> Read<T>(Func<Database, T> read, CancellationToken cancellationToken)
    {
        var connection = await Lend(cancellationToken).ConfigureAwait(false);
        var sound = false;
        try
        {
            var result = await Task.Run(() => read(connection.Value), cancellationToken).ConfigureAwait(false);
            sound = true;
            return result;
        }
        finally
        {
            if (sound) connection.Dispose();
            else connection.Discard();
        }
    }

    /// <summary>Closes what is idle; a connection that is lent closes when it comes back.</summary>
    public void Dispose() => _connections.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async ValueTask<PoolLease<Database>> Lend(CancellationToken cancellationToken)
    {
        try
        {
            return await _connections.AcquireAsync(cancel: cancellationToken).ConfigureAwait(false);
        }
        catch (ResourcePoolException e) when (e.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(nameof(SqliteStore));
        }
    }
}
