namespace Granary.Profiling;

/// <summary>
/// Exponential smoothing with a damped trend (Gardner and McKenzie, "Forecasting trends in time series", 1985), made robust as Gelper, Fried and Croux do ("Robust
/// forecasting with exponential and Holt-Winters smoothing", 2010): a value further from its prediction than twice the running scale is drawn to that distance
/// before it is learned from. Level and trend weights are those that would have predicted the history best, one step ahead, by mean absolute error. Deterministic.
/// </summary>
public sealed class DampedTrend : ISeriesForecast
{
    private const int Fewest = 8;
    private const double Damping = 0.98;
    private const double Quantile80 = 1.2816;
    private static readonly double[] Levels = [0.05, 0.1, 0.2, 0.35, 0.5, 0.8];
    private static readonly double[] Trends = [0, 0.02, 0.05, 0.1, 0.2];

    public SeriesForecast? Predict(ReadOnlySpan<double> history, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var values = Filled(history);
        if (values.Length < Fewest) return null;
        Fit? best = null;
        foreach (var level in Levels)
            foreach (var trend in Trends)
                if (Smooth(values, level, trend) is var fit && (best is null || fit.Error < best.Value.Error)) best = fit;
        var chosen = best!.Value;
        var (ahead, lower, upper) = (new double[steps], new double[steps], new double[steps]);
        double sum = 0, damped = 1, variance = 1;
        for (var h = 0; h < steps; h++)
        {
            damped *= Damping;
            sum += damped;
            ahead[h] = chosen.Level + (sum * chosen.Trend);
            // what one step's error becomes h steps later: each step in between adds what it moves level and trend by
            var reach = Quantile80 * chosen.Scale * Math.Sqrt(variance);
            (lower[h], upper[h]) = (ahead[h] - reach, ahead[h] + reach);
            variance += Math.Pow(chosen.LevelWeight + (chosen.TrendWeight * sum), 2);
        }
        return new(ahead, lower, upper, FormattableString.Invariant($"damped trend, robust (level {chosen.LevelWeight}, trend {chosen.TrendWeight}, damping {Damping})"));
    }

    private static Fit Smooth(double[] values, double alpha, double beta)
    {
        var start = Math.Min(values.Length, 10);
        var level = Median(values.AsSpan(0, start));
        double trend = 0, scale = Math.Max(Scale(values), 1e-12), errors = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var predicted = level + (Damping * trend);
            var error = values[i] - predicted;
            if (i >= start / 2) errors += Math.Abs(error);
            // the scale follows slowly, and is itself not moved far by one value
            var relative = Math.Min(Math.Abs(error) / scale, 2);
            var learned = predicted + (Math.Sign(error) * relative * scale);
            scale = Math.Max(scale * Math.Sqrt((0.1 * 1.6 * relative * relative * (relative < 2 ? 1 : 1.4)) + 0.9), 1e-12);
            var before = level;
            level = (alpha * learned) + ((1 - alpha) * predicted);
            trend = (beta * (level - before)) + ((1 - beta) * Damping * trend);
        }
        return new(level, trend, alpha, beta, errors / values.Length, scale);
    }

    // of the differences from one value to the next: a trend is no noise
    private static double Scale(double[] values)
    {
        var steps = new double[values.Length - 1];
        for (var i = 1; i < values.Length; i++) steps[i - 1] = Math.Abs(values[i] - values[i - 1]);
        var median = Median(steps) * 1.4826 / Math.Sqrt(2);
        return median > 0 ? median : steps.Average();
    }

    private static double Median(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    // gaps between values are filled with the one before; those at the ends are not there
    private static double[] Filled(ReadOnlySpan<double> history)
    {
        var values = new List<double>(history.Length);
        var gaps = 0;
        foreach (var value in history)
        {
            if (!double.IsFinite(value))
            {
                if (values.Count > 0) gaps++;
                continue;
            }
            for (; gaps > 0; gaps--) values.Add(values[^1]);
            values.Add(value);
        }
        return [.. values];
    }

    private readonly record struct Fit(double Level, double Trend, double LevelWeight, double TrendWeight, double Error, double Scale);
}
