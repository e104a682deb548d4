namespace Granary.Caching.Coherence;

/// <summary>
/// The side that owns what others hold copies of, and holds none itself: gives versions and tells of changes. A version is never given twice, also over restarts
/// if each life begins with what the last one stored. Not thread-safe.
/// </summary>
/// <param name="source">Name of the owner.</param>
/// <param name="stored">The last version that is known to have been given, 0 for none.</param>
/// <param name="stream">Null where there is nobody to tell.</param>
/// <param name="time">Versions are microseconds where the clock allows.</param>
public sealed class Announcer(string source, long stored, IInvalidationStream? stream, TimeProvider time)
{
    private readonly long _epoch = Math.Max(stored + 1, Now(time));
    private long _version = Math.Max(stored + 1, Now(time));
    private long _sequence;

    /// <summary>Of everything that it owns.</summary>
    public long Version => _version;

    /// <summary>The version of what is about to change.</summary>
    public long Next() => _version = Math.Max(_version + 1, Now(time));

    /// <summary>
    /// Tells that <paramref name="keys"/> have <see cref="Version"/>. What a stream refuses is not said again: the next message shows that one is missing, and copies have
    /// an end of life.
    /// </summary>
    /// <returns>What the stream threw; null when it took the message.</returns>
    public async Task<Exception?> TellAsync(IReadOnlyList<string> keys, CancellationToken cancel = default)
    {
        var message = new Invalidation(source, _epoch, ++_sequence, [.. keys.Select(k => new KeyVersion(k, _version))]);
        if (stream is null) return null;
        try
        {
            await stream.PublishAsync(message, cancel);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
    }

    private static long Now(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
