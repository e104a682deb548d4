namespace Granary.Caching.Coherence;

/// <summary>What servers tell each other about keys that changed. Immutable; a few bytes a key.</summary>
/// <param name="Source">The server that says so; its own copies are right already.</param>
/// <param name="Sequence">Grows by one with each message of the source, so that a lost one is noticed.</param>
/// <param name="Epoch">Which life of the source: it counts from 1 again after a restart, with a higher epoch.</param>
/// <param name="Changes">Keys and the versions that they have now.</param>
public sealed record Invalidation(string Source, long Epoch, long Sequence, IReadOnlyList<KeyVersion> Changes);

/// <summary>A key and its newest version. Versions of one key grow; they need not be without gaps.</summary>
public readonly record struct KeyVersion(string Key, long Version);

/// <summary>What carries invalidations between servers: may deliver late, twice, out of order, or not at all.</summary>
public interface IInvalidationStream
{
    /// <summary>Tells all other servers.</summary>
    Task PublishAsync(Invalidation invalidation, CancellationToken cancel);

    /// <summary>Has <paramref name="handler"/> called with what others publish, until the result is disposed of.</summary>
    Task<IAsyncDisposable> SubscribeAsync(Action<Invalidation> handler, CancellationToken cancel);
}
