using Granary.Forecasting.Series;

namespace Granary.Forecasting.Ensemble;

/// <summary>The next points of a series, by an ensemble made for it.</summary>
/// <param name="Values">One for each step ahead.</param>
/// <param name="Lower">Of intervals that hold nine of ten points, or what was asked for.</param>
/// <param name="Upper">As <paramref name="Lower"/>.</param>
/// <param name="Seasons">Points in each season that was used, ascending; empty for none.</param>
/// <param name="Members">Names and weights, heaviest first; the weights sum to 1.</param>
public sealed record SeriesForecast(
    double[] Values, double[] Lower, double[] Upper, IReadOnlyList<int> Seasons, IReadOnlyList<(string Name, double Weight)> Members)
{
    /// <summary>Of longer histories the last so many points are used, or ten of the longest season where that is more.</summary>
    public const int LongestHistory = 10_000;

    /// <summary>Forecasts a history in one go.</summary>
    /// <param name="history">Two or more finite values; of more than <see cref="LongestHistory"/> the last.</param>
    /// <param name="horizon">1 or more.</param>
    /// <param name="seasons">Null to find them; one, to find its multiples; several, to use those; 1 for none.</param>
    /// <param name="coverage">Of the intervals.</param>
    public static SeriesForecast Of(ReadOnlySpan<double> history, int horizon, IReadOnlyList<int>? seasons = null, double coverage = 0.9)
    {
        var used = seasons switch
        {
            null => SeasonDetection.Detect(history),
            [1] => [],
            [var one] => SeasonDetection.Detect(history, shortest: one),
            _ => seasons,
        };
        var longest = Math.Max(LongestHistory, 10 * (used.Count > 0 ? used[^1] : 1));
        if (history.Length > longest) history = history[^longest..];
        // weights are learned no further ahead than the history could tell
        var learned = Math.Clamp(horizon, 1, Math.Max(1, history.Length / 4));
        var ensemble = new ForecastEnsemble(StandardMembers.For(history, used, learned, trained: true), new EnsembleOptions { Horizon = learned, Coverage = coverage });
        ensemble.Fit(history);
        var (ahead, lower, upper) = (new double[horizon], new double[horizon], new double[horizon]);
        ensemble.Forecast(ahead, lower, upper);
        var weights = ensemble.Weights();
        return new(ahead, lower, upper, used, [.. ensemble.Members.Select((m, i) => (m.Name, weights[i])).OrderByDescending(m => m.Item2)]);
    }
}
