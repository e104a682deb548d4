namespace Granary.Forecasting.Models.Seasons;

/// <summary>Decomposition into one or several seasons, a trend and a remainder by loess.</summary>
/// <remarks>
/// Cleveland, Cleveland, McRae and Terpenning, "STL: a seasonal-trend decomposition procedure based on loess", 1990, its inner loop; several seasons in turn as in
/// Bandara, Hyndman and Bergmeir, "MSTL: a seasonal-trend decomposition algorithm for time series with multiple seasonal patterns", 2021.
/// </remarks>
internal static class SeasonalTrendLoess
{
    private const int Rounds = 2;

    /// <summary>The seasonal part of each season, shortest season first, each as long as the history.</summary>
    /// <param name="history">At least two of the longest season.</param>
    /// <param name="seasons">Ascending, each 2 or more.</param>
    public static double[][] Decompose(ReadOnlySpan<double> history, IReadOnlyList<int> seasons)
    {
        var n = history.Length;
        var parts = seasons.Select(_ => new double[n]).ToArray();
        var rest = history.ToArray();
        for (var round = 0; round < (seasons.Count > 1 ? Rounds : 1); round++)
        {
            for (var k = 0; k < seasons.Count; k++)
            {
                for (var i = 0; i < n; i++) rest[i] += parts[k][i];
                parts[k] = Season(rest, seasons[k], 7 + (4 * (k + 1)));
                for (var i = 0; i < n; i++) rest[i] -= parts[k][i];
            }
        }
        return parts;
    }

    private static double[] Season(double[] values, int season, int window)
    {
        var n = values.Length;
        var (trend, seasonal) = (new double[n], new double[n]);
        var cycle = new double[n + (2 * season)];
        var trendWindow = Odd((int)Math.Ceiling(1.5 * season / (1 - (1.5 / window))));
        for (var round = 0; round < Rounds; round++)
        {
            for (var phase = 0; phase < season; phase++)
            {
                var count = (n - phase + season - 1) / season;
                var (sub, smooth) = (new double[count], new double[count + 2]);
                for (var i = 0; i < count; i++) sub[i] = values[phase + (i * season)] - trend[phase + (i * season)];
                Loess.Smooth(sub, smooth, window, beyond: 1);
                for (var i = 0; i < count + 2; i++) cycle[phase + (i * season)] = smooth[i];
            }
            // what of the smoothed cycles is slow belongs to the trend
            var low = Average(Average(Average(cycle, season), season), 3);
            var slow = new double[n];
            Loess.Smooth(low, slow, Odd(season));
            for (var i = 0; i < n; i++) seasonal[i] = cycle[i + season] - slow[i];
            for (var i = 0; i < n; i++) slow[i] = values[i] - seasonal[i];
            Loess.Smooth(slow, trend, trendWindow);
        }
        return seasonal;
    }

    private static double[] Average(double[] values, int window)
    {
        var averages = new double[values.Length - window + 1];
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += values[i];
            if (i >= window) sum -= values[i - window];
            if (i >= window - 1) averages[i - window + 1] = sum / window;
        }
        return averages;
    }

    private static int Odd(int window) => window % 2 == 0 ? window + 1 : window;
}
