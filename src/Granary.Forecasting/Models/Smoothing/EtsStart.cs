namespace Granary.Forecasting.Models.Smoothing;

/// <summary>Where the states of an ETS model begin: a classical decomposition of the first seasons, and a line through the first points without their season.</summary>
/// <remarks>Hyndman, Koehler, Snyder and Grose, "A state space framework for automatic forecasting using exponential smoothing methods", 2002, section 2.4.</remarks>
internal static class EtsStart
{
    public static (double Level, double Trend, double[] Seasonal) Of(ReadOnlySpan<double> history, EtsSeason kind, int season)
    {
        if (kind == EtsSeason.None) return Line(history[..Math.Min(history.Length, 10)], []);
        var seasonal = Seasons.ClassicalDecomposition.Seasonal(history[..Math.Min(history.Length, 4 * season)], season, kind == EtsSeason.Multiplicative);
        var first = history[..Math.Min(history.Length, Math.Max(10, 2 * season))].ToArray();
        for (var i = 0; i < first.Length; i++)
            first[i] = kind == EtsSeason.Additive ? first[i] - seasonal[i % season] : first[i] / seasonal[i % season];
        return Line(first, seasonal);
    }

    private static (double Level, double Trend, double[] Seasonal) Line(ReadOnlySpan<double> values, double[] seasonal)
    {
        var (slope, intercept) = Seasons.ClassicalDecomposition.Line(values);
        return (intercept - slope, slope, seasonal);
    }
}
