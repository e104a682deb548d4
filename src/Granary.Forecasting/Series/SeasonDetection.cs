using Granary.Forecasting.Models.Seasons;

namespace Granary.Forecasting.Series;

/// <summary>Finds after how many points a series repeats itself: the shortest such season, and longer ones that are multiples of it.</summary>
/// <remarks>
/// Peaks of the autocorrelation, as Vlachos, Yu and Castelli check periods in "On periodicity detection and structural similarity", 2005. A peak must stand out from the valley before it, and what is
/// left of the series by a moving average of one season must repeat after one season and after two, so that a random walk has no season. Between lags that noise does not tell apart,
/// a customary one is taken, such as 24 or 168. A longer season is looked for in what the shorter one leaves.
/// </remarks>
public static class SeasonDetection
{
    private const int MostPoints = 20_000;
    private const double Clear = 0.3;
    private const double Rise = 0.2;
    private static readonly int[] Customary = [7, 12, 24, 48, 60, 96, 120, 144, 168, 288, 336, 365, 672, 720, 1008, 1440, 2016, 10080];

    /// <param name="history">Finite values, oldest first; the last 20,000 are looked at.</param>
    /// <param name="atMost">The most seasons to find.</param>
    /// <param name="shortest">A season known already, whose multiples are looked for; null to find it.</param>
    /// <returns>Ascending, each of at least 2 points and at most a third of the history; empty where there is none.</returns>
    public static IReadOnlyList<int> Detect(ReadOnlySpan<double> history, int atMost = 2, int? shortest = null)
    {
        if (history.Length > MostPoints) history = history[^MostPoints..];
        var lags = history.Length / 3;
        if (lags < 3 || atMost < 1) return shortest is { } only ? [only] : [];
        var rest = WithoutLine(history);
        List<int> seasons = [];
        var season = shortest ?? First(rest, lags);
        if (season is null or < 2) return shortest is { } told ? [told] : [];
        seasons.Add(season.Value);
        while (seasons.Count < atMost)
        {
            RemoveCycle(rest, seasons[^1]);
            if (Multiple(rest, lags, seasons[^1]) is not { } longer) break;
            seasons.Add(longer);
        }
        return seasons;
    }

    private static double[] WithoutLine(ReadOnlySpan<double> history)
    {
        var scale = 0.0;
        foreach (var value in history) scale = Math.Max(scale, Math.Abs(value));
        var rest = new double[history.Length];
        if (scale == 0) return rest;
        for (var i = 0; i < rest.Length; i++) rest[i] = history[i] / scale;
        var (slope, intercept) = ClassicalDecomposition.Line(rest);
        for (var i = 0; i < rest.Length; i++)
        {
            rest[i] -= intercept + (slope * i);
            if (Math.Abs(rest[i]) < 1e-12) rest[i] = 0; // of a straight line rounding alone is left
        }
        return rest;
    }

    private static int? First(double[] rest, int lags)
    {
        var levels = Autocorrelation.Of(rest, rest.Length * 3 / 4);
        var (best, valley) = (0.0, 1.0);
        List<int> peaks = [];
        for (var lag = 2; lag < lags; lag++)
        {
            valley = Math.Min(valley, levels[lag - 1]);
            if (levels[lag] < Clear || levels[lag] - valley < Clear || !IsPeak(levels, lag)) continue;
            var refined = Refined(levels, lag, lags);
            if (!Repeats(rest, refined)) continue;
            peaks.Add(refined);
            best = Math.Max(best, levels[refined]);
        }
        return peaks.Count == 0 ? null : peaks.First(lag => levels[lag] >= 0.8 * best);
    }

    private static bool IsPeak(double[] levels, int lag)
    {
        var reach = Math.Max(1, lag / 8);
        for (var i = Math.Max(1, lag - reach); i <= Math.Min(levels.Length - 1, lag + reach); i++) if (levels[i] > levels[lag]) return false;
        return true;
    }

    // the peaks at the multiples tell more exactly where the first one is
    private static int Refined(double[] levels, int lag, int lags)
    {
        var reach = lag / 8;
        double Score(int at)
        {
            var (sum, times) = (0.0, Math.Min(6, (levels.Length - 1) / (lag + reach)));
            for (var k = 1; k <= times; k++) sum += levels[k * at] / times;
            return sum;
        }
        var (best, found) = (double.NegativeInfinity, lag);
        for (var at = Math.Max(2, lag - reach); at <= Math.Min(lags, lag + reach); at++)
            if (Score(at) is var score && score > best) (best, found) = (score, at);
        foreach (var at in Customary)
            if (at >= lag - reach && at <= Math.Min(lags, lag + reach) && Score(at) > best - 0.02) return at;
        return found;
    }

    private static bool Repeats(double[] rest, int season)
    {
        var averages = new double[rest.Length - season + 1];
        var sum = 0.0;
        for (var i = 0; i < rest.Length; i++)
        {
            sum += rest[i];
            if (i >= season) sum -= rest[i - season];
            if (i >= season - 1) averages[i - season + 1] = rest[i - (season / 2)] - (sum / season);
        }
        if (averages.Length <= 2 * season) return Autocorrelation.Of(averages, season)[season] > Clear;
        var correlations = Autocorrelation.Of(averages, 2 * season);
        return correlations[season] > Clear && correlations[2 * season] > Clear / 2;
    }

    private static int? Multiple(double[] rest, int lags, int season)
    {
        var correlations = Autocorrelation.Of(rest, lags);
        var (best, at, valley) = (0.0, 0, 1.0);
        for (var times = 2; (times + 1) * season <= lags; times++)
        {
            var (before, here) = (correlations[(times - 1) * season], correlations[times * season]);
            valley = Math.Min(valley, before);
            if (here < Clear || here - valley < Rise || here < before || here < correlations[(times + 1) * season]) continue;
            if (here > best * 1.1) (best, at) = (here, times * season);
        }
        return at > 0 ? at : null;
    }

    private static void RemoveCycle(double[] rest, int season)
    {
        var cycle = new double[season];
        for (var i = 0; i < rest.Length; i++) cycle[i % season] += rest[i] / ((rest.Length - (i % season) + season - 1) / season);
        for (var i = 0; i < rest.Length; i++) rest[i] -= cycle[i % season];
    }
}
