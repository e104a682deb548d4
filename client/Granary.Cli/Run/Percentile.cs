namespace Granary.Cli.Run;

/// <summary>Order statistics of waiting times.</summary>
internal static class Percentile
{
    /// <summary>
    /// The value that a fraction of all values does not exceed, by the nearest-rank method: always one of the values; zero for none.
    /// </summary>
    /// <param name="ascending">Sorted values.</param>
    /// <param name="fraction">Over 0 and up to 1: 0.5 is the median.</param>
    public static TimeSpan Of(IReadOnlyList<TimeSpan> ascending, double fraction)
    {
        if (ascending.Count == 0) return TimeSpan.Zero;
        var rank = (int)Math.Ceiling(fraction * ascending.Count);
        return ascending[Math.Clamp(rank - 1, 0, ascending.Count - 1)];
    }
}
