namespace Granary.Memory.Leaks;

/// <summary>What a series of sizes does.</summary>
/// <param name="PerSecond">Theil-Sen slope: the median of the slopes between all pairs, which up to 29% of outliers do not move.</param>
/// <param name="Sureness">Mann-Kendall's z: how much more pairs rise than fall, in standard deviations of chance.</param>
/// <param name="Grown">The slope over the whole time, as a part of the median size.</param>
public readonly record struct GrowthTrend(double PerSecond, double Sureness, double Grown)
{
    /// <summary>The trend of samples at even or uneven times; zero for fewer than four.</summary>
    /// <param name="seconds">Times, rising.</param>
    /// <param name="sizes">Of the same length, up to a few hundred: the cost is quadratic.</param>
    public static GrowthTrend Of(ReadOnlySpan<double> seconds, ReadOnlySpan<double> sizes)
    {
        var n = sizes.Length;
        if (seconds.Length != n) throw new ArgumentException($"{seconds.Length} times for {n} sizes", nameof(seconds));
        if (n < 4) return default;
        var slopes = new List<double>(n * (n - 1) / 2);
        var rises = 0L;
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                rises += Math.Sign(sizes[j] - sizes[i]);
                if (seconds[j] > seconds[i]) slopes.Add((sizes[j] - sizes[i]) / (seconds[j] - seconds[i]));
            }
        }
        if (slopes.Count == 0) return default;
        slopes.Sort();
        var slope = slopes[slopes.Count / 2];
        var spread = Math.Sqrt((n * (n - 1.0) * (2 * n + 5) - Ties(sizes)) / 18);
        var sureness = spread == 0 ? 0 : (rises - Math.Sign(rises)) / spread;
        var sorted = sizes.ToArray();
        Array.Sort(sorted);
        var median = sorted[n / 2];
        return new GrowthTrend(slope, sureness, median == 0 ? 0 : slope * (seconds[^1] - seconds[0]) / median);
    }

    private static double Ties(ReadOnlySpan<double> sizes)
    {
        var counts = new Dictionary<double, int>();
        foreach (var size in sizes) counts[size] = counts.GetValueOrDefault(size) + 1;
        return counts.Values.Sum(t => t * (t - 1.0) * (2 * t + 5));
    }
}
