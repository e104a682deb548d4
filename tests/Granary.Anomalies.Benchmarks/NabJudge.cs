using System.Globalization;
using Granary.Forecasting.Anomalies;
using Granary.Forecasting.Anomalies.Nab;

namespace Granary.Anomalies.Benchmarks;

/// <summary>Detectors by NAB's standard profile on all labelled series here, one threshold and one setting for all.</summary>
internal static class NabJudge
{
    public static void Run()
    {
        var files = NabFiles.All();
        var mine = Results(files, new());
        var gaussian = NabScore.Best([.. files.Select(f => (f.Series, Baselines.WindowedGaussian(f.Values)))]);
        var random = Enumerable.Range(1, 5).Select(seed => NabScore.Best([.. files.Select((f, n) => (f.Series, Baselines.Random(f.Values.Length, (seed * 100) + n)))]).Score).Order().ElementAt(2);
        var (threshold, best) = NabScore.Best(mine);
        Line($"NAB standard profile, {files.Count} series, {files.Sum(f => f.Series.Windows.Count)} windows");
        Line($"  granary, at the threshold it has by itself   {NabScore.At(1 - Math.Pow(10, -new AnomalyOptions().Threshold), mine),6:0.0}");
        Line($"  granary, at the best threshold for all       {best,6:0.0}   (1 - 10^-{-Math.Log10(1 - threshold):0.00})");
        Line($"  windowed Gaussian, at its best threshold     {gaussian.Score,6:0.0}");
        Line($"  random, at its best threshold                {random,6:0.0}   (median of 5 seeds)");
        foreach (var (series, scores) in mine)
        {
            var at = 1 - Math.Pow(10, -new AnomalyOptions().Threshold);
            var flagged = Enumerable.Range(series.Probation, series.Rows - series.Probation).Where(n => scores[n] >= at).ToList();
            var hit = series.Windows.Count(w => flagged.Any(n => n >= w.First && n <= w.Last));
            Line($"    {series.Name,-58} {hit} of {series.Windows.Count} windows, {flagged.Count(n => !series.Windows.Any(w => n >= w.First && n <= w.Last))} false, {NabScore.Raw(series, scores, at),6:0.00}");
        }
        LeaveOneOut(files);
    }

    /// <summary>What choosing costs: options and threshold are chosen on all series but one, and that one is scored with them.</summary>
    private static void LeaveOneOut(List<(NabSeries Series, DateTime[] Times, double[] Values)> files)
    {
        var settings = (from shorter in new[] { 12, 18, 24, 36, 48 } from longer in new[] { 200, 288, 432 } from quiet in new[] { 50, 80, 100, 150 } select new AnomalyOptions { Short = shorter, Long = longer, Quiet = quiet }).ToList();
        var results = settings.ConvertAll(s => Results(files, s));
        double[] thresholds = [.. Enumerable.Range(0, 21).Select(n => 1 - Math.Pow(10, -(2.5 + (0.1 * n))))];
        var raw = results.ConvertAll(r => thresholds.Select(t => r.Select(f => NabScore.Raw(f.Series, f.Scores, t)).ToArray()).ToArray());
        var (sum, windows) = (0.0, files.Sum(f => f.Series.Windows.Count));
        for (var left = 0; left < files.Count; left++)
        {
            var best = raw.SelectMany(s => s).MaxBy(t => t.Sum() - t[left])!;
            sum += best[left];
        }
        var all = raw.SelectMany(s => s).Select(t => 100 * (t.Sum() + windows) / (2 * windows)).Order().ToList();
        Line($"  chosen on 14 series, scored on the 15th, each in turn {100 * (sum + windows) / (2 * windows):0.0} (of {settings.Count} settings and {thresholds.Length} thresholds; over all settings at 3.3: median {raw.Select(s => 100 * (s[8].Sum() + windows) / (2 * windows)).Order().ElementAt(settings.Count / 2):0.0}, least {raw.Min(s => 100 * (s[8].Sum() + windows) / (2 * windows)):0.0}; best of all {all[^1]:0.0})");
    }

    private static List<(NabSeries Series, double[] Scores)> Results(List<(NabSeries Series, DateTime[] Times, double[] Values)> files, AnomalyOptions options) => files.ConvertAll(f =>
    {
        var detector = new AnomalyDetector(options);
        return (f.Series, f.Times.Select((time, n) => detector.Observe(new(time, TimeSpan.Zero), f.Values[n]).Score).ToArray());
    });

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
