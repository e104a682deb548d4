namespace Granary.Scheduling.Retries;

/// <summary>What becomes of an attempt that ended.</summary>
internal static class RetryPolicy
{
    /// <summary>Doubling stops here.</summary>
    public static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    /// <summary>Microseconds before retry number <paramref name="retry"/> (from 0): the task's back-off, doubled each time, up to five minutes (or itself, when longer).</summary>
    public static long Backoff(TimeSpan first, int retry)
    {
        var micros = Clock.ToMicros(first);
        var most = Math.Max(micros, Clock.ToMicros(LongestBackoff));
        return retry >= 40 || micros > most >> retry ? most : micros << retry;
    }
}
