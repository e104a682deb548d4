namespace Granary.Forecasting.Anomalies.Nab;

/// <summary>
/// The standard profile's score of Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms: the Numenta Anomaly Benchmark", 2015, as its scorer counts
/// it. The first detection in a window earns 1 at its first row and less later, along a sigmoid; a window without one costs 1; each detection outside costs
/// up to 0.11, less shortly after a window. The sum over all series is put on a scale on which 0 is a detector that never speaks and 100 one that is perfect.
/// </summary>
public static class NabScore
{
    private const double FalsePositive = 0.11;
    private static readonly double Earliest = Sigmoid(-1);

    /// <summary>The score on this scale at one threshold for all series: a row is a detection when its score is at least that.</summary>
    /// <exception cref="ArgumentException">A series and its scores are not of the same length, or there are no windows at all.</exception>
    public static double At(double threshold, IReadOnlyList<(NabSeries Series, double[] Scores)> results)
    {
        var sum = 0.0;
        foreach (var (series, scores) in results) sum += Raw(series, scores, threshold);
        return Normalized(sum, results);
    }

    /// <summary>The threshold with the highest score, and that score: what the benchmark reports of a detector.</summary>
    public static (double Threshold, double Score) Best(IReadOnlyList<(NabSeries Series, double[] Scores)> results)
    {
        // rows by falling score: each lowers the threshold to its own, and changes its window's best or the sum of false positives
        var rows = results.SelectMany((r, file) => Rows(r.Series, r.Scores).Select(p => (p.Score, File: file, p.Window, p.Points))).OrderByDescending(p => p.Score).ToList();
        var windows = results.Select(r => r.Series.Windows.Select(_ => -1.0).ToArray()).ToArray();
        var sum = -(double)windows.Sum(w => w.Length);
        var (best, threshold) = (sum, double.PositiveInfinity);
        for (var n = 0; n < rows.Count; n++)
        {
            var row = rows[n];
            if (row.Window < 0) sum += row.Points;
            else if (row.Points > windows[row.File][row.Window])
            {
                sum += row.Points - windows[row.File][row.Window];
                windows[row.File][row.Window] = row.Points;
            }
            var last = n + 1 == rows.Count || rows[n + 1].Score < row.Score;
            if (last && sum > best) (best, threshold) = (sum, row.Score);
        }
        return (threshold, Normalized(best, results));
    }

    /// <summary>The sum of one series before it is put on the scale.</summary>
    public static double Raw(NabSeries series, double[] scores, double threshold)
    {
        var windows = series.Windows.Select(_ => -1.0).ToArray();
        var sum = 0.0;
        foreach (var (score, window, points) in Rows(series, scores))
        {
            if (!(score >= threshold)) continue;
            if (window < 0) sum += points;
            else windows[window] = Math.Max(windows[window], points);
        }
        return sum + windows.Sum();
    }

    private static double Normalized(double sum, IReadOnlyList<(NabSeries Series, double[] Scores)> results)
    {
        var windows = results.Sum(r => r.Series.Windows.Count);
        if (windows == 0) throw new ArgumentException("none of the series has a window: there is nothing to be scored", nameof(results));
        return 100 * (sum + windows) / (2 * windows);
    }

    /// <summary>What a detection at each row would earn or cost, and in which window; rows on probation left out.</summary>
    private static IEnumerable<(double Score, int Window, double Points)> Rows(NabSeries series, double[] scores)
    {
        if (scores.Length != series.Rows) throw new ArgumentException($"{series.Name} has {series.Rows} rows and {scores.Length} scores");
        var next = 0;
        for (var row = 0; row < scores.Length; row++)
        {
            while (next < series.Windows.Count && row > series.Windows[next].Last) next++;
            var inside = next < series.Windows.Count && row >= series.Windows[next].First;
            if (row >= series.Probation) yield return (scores[row], inside ? next : -1, inside ? Hit(series.Windows[next], row) : FalsePositive * Outside(series, next - 1, row));
        }
    }

    private static double Hit((int First, int Last) window, int row) => Sigmoid(-(window.Last - row + 1) / (double)(window.Last - window.First + 1)) / Earliest;

    private static double Outside(NabSeries series, int before, int row)
    {
        if (before < 0) return -1;
        var (first, last) = series.Windows[before];
        return Sigmoid((row - last) / (double)(last - first));
    }

    private static double Sigmoid(double position) => position > 3 ? -1 : (2 / (1 + Math.Exp(5 * position))) - 1;
}
