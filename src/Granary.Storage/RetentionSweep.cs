namespace Granary.Storage;

/// <summary>Removes finished tasks that are older than they need be, a few at a time, so that no commit is held up for long.</summary>
public static class RetentionSweep
{
    private const int AtOnce = 1000;

    /// <summary>Removes what finished before <paramref name="before"/>, in every pool.</summary>
    /// <returns>How many tasks went.</returns>
    public static async Task<long> RunAsync(IStore store, DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var gone = 0L;
        foreach (var pool in await store.PoolsAsync(cancellationToken).ConfigureAwait(false))
        {
            int removed;
            do
            {
                removed = await store.DeleteFinishedBeforeAsync(pool, before, AtOnce, cancellationToken).ConfigureAwait(false);
                gone += removed;
            }
            while (removed == AtOnce);
        }
        return gone;
    }
}
