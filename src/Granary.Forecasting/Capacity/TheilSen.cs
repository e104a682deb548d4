namespace Granary.Forecasting.Capacity;

/// <summary>A line through points as the median of the slopes of all pairs (Theil, 1950; Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968): nearly a third of the points may be wrong.</summary>
internal static class TheilSen
{
    private const int MostPairs = 20_000;

    /// <param name="x">Rising.</param>
    public static (double Slope, double Level) Fit(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var pairs = (long)x.Length * (x.Length - 1) / 2;
        // of many pairs those of points a certain number of places apart, the widest of which say most of a slope
        var stride = (int)Math.Max(1, pairs / MostPairs);
        var slopes = new List<double>((int)(pairs / stride) + 1);
        var n = 0;
        for (var gap = x.Length - 1; gap > 0; gap--)
            for (var i = 0; i + gap < x.Length; i++)
                if (n++ % stride == 0) slopes.Add((y[i + gap] - y[i]) / (x[i + gap] - x[i]));
        slopes.Sort();
        var slope = slopes[slopes.Count / 2];
        var levels = new double[x.Length];
        for (var i = 0; i < levels.Length; i++) levels[i] = y[i] - (slope * x[i]);
        Array.Sort(levels);
        return (slope, levels[levels.Length / 2]);
    }
}
