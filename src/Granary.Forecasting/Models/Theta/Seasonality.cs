namespace Granary.Forecasting.Models.Theta;

/// <summary>Whether a series repeats itself enough for a seasonal adjustment to help.</summary>
internal static class Seasonality
{
    /// <summary>The autocorrelation test at the season's lag, 90% two-sided, that the M competitions' benchmarks use (Fiorucci et al., 2016, section 3).</summary>
    public static bool Test(ReadOnlySpan<double> values, int season)
    {
        if (season < 2 || values.Length < 3 * season) return false;
        var mean = 0.0;
        foreach (var value in values) mean += value / values.Length;
        var variance = Covariance(values, mean, 0);
        if (!(variance > 1e-20)) return false;
        var sum = 1.0;
        for (var lag = 1; lag < season; lag++)
        {
            var r = Covariance(values, mean, lag) / variance;
            sum += 2 * r * r;
        }
        return Math.Abs(Covariance(values, mean, season) / variance) > 1.645 * Math.Sqrt(sum / values.Length);
    }

    private static double Covariance(ReadOnlySpan<double> values, double mean, int lag)
    {
        var sum = 0.0;
        for (var i = lag; i < values.Length; i++) sum += (values[i] - mean) * (values[i - lag] - mean);
        return sum;
    }
}
