using Granary.Forecasting.Accuracy;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Models;
using Granary.Forecasting.Series;

namespace Granary.Forecasting.Benchmarks;

/// <summary>One hour ahead on the Numenta Anomaly Benchmark's recorded CPU series, a point each five minutes.</summary>
/// <remarks>
/// The first half of each series is trained on, and its season found in it; then the second half streams by, each point forecast twelve points before it came. Nothing is set per
/// file. Accuracy is 100 minus the mean absolute percentage error over all points of the second half, anomalies included.
/// </remarks>
internal static class NabHour
{
    private const int Hour = 12;

    public static int Run(bool coverage)
    {
        if (DataFolder.Find("nab") is not { } folder) return 2;
        var files = Directory.GetFiles(folder, "*cpu*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        Console.WriteLine(coverage ? $"{"SERIES",-42} {"5 MIN",7} {"60 MIN",7}" : $"{"SERIES",-42} {"SEASON",8} {"POINTS",7} {"NAIVE",8} {"ENSEMBLE",9} {"NAIVE-W",8} {"ENSEMBLE-W",10}");
        var rows = files.ConvertAll(f => Walk(f, coverage));
        if (coverage) Console.WriteLine(FormattableString.Invariant($"{"mean",-42} {rows.Average(r => r.Near),7:P1} {rows.Average(r => r.Far),7:P1}"));
        else Console.WriteLine($"{rows.Count(r => r.Ensemble > 90)} of {rows.Count} over 90 (naive: {rows.Count(r => r.Naive > 90)}); -W: 100 minus the sum of errors over the sum of values, in percent");
        return 0;
    }

    private static (double Naive, double Ensemble, double Near, double Far) Walk(string path, bool coverage)
    {
        using var text = new StreamReader(path);
        var series = SeriesCsv.Read(text, Path.GetFileName(path), options: new() { IntervalMicros = 300_000_000 }).Values;
        var train = series.Length / 2;
        var seasons = SeasonDetection.Detect(series.AsSpan(0, train));
        var ensemble = new ForecastEnsemble(StandardMembers.For(series.AsSpan(0, train), seasons, Hour, trained: true), new EnsembleOptions { Horizon = Hour, RetrainOnDrift = true });
        ensemble.Fit(series.AsSpan(0, train));
        var naive = new Naive();
        naive.Fit(series.AsSpan(0, train));
        var count = series.Length - train - Hour + 1;
        var (actual, said, plain) = (new double[count], new double[count], new double[count]);
        var (ahead, lower, upper, last) = (new double[Hour], new double[Hour], new double[Hour], new double[Hour]);
        var (near, far) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            ensemble.Forecast(ahead, lower, upper);
            naive.Forecast(last);
            (actual[i], said[i], plain[i]) = (series[train + i + Hour - 1], ahead[^1], last[^1]);
            if (series[train + i] >= lower[0] && series[train + i] <= upper[0]) near++;
            if (actual[i] >= lower[^1] && actual[i] <= upper[^1]) far++;
            ensemble.Observe(series[train + i]);
            naive.Observe(series[train + i]);
        }
        var (a, b) = (100 - ForecastAccuracy.Mape(actual, plain)!.Value, 100 - ForecastAccuracy.Mape(actual, said)!.Value);
        var (c, d) = (Weighted(actual, plain), Weighted(actual, said));
        var name = Path.GetFileNameWithoutExtension(path);
        var heaviest = string.Join(", ", ensemble.Members.Zip(ensemble.Weights()).OrderByDescending(m => m.Second).Take(3)
            .Select(m => FormattableString.Invariant($"{m.First.Name} {m.Second:0.00}")));
        Console.WriteLine(coverage
            ? FormattableString.Invariant($"{name,-42} {(double)near / count,7:P1} {(double)far / count,7:P1}")
            : FormattableString.Invariant($"{name,-42} {string.Join('+', seasons),8} {count,7} {a,8:0.00} {b,9:0.00} {c,8:0.00} {d,10:0.00}  {ensemble.Drifts} drifts; {heaviest}"));
        return (a, b, (double)near / count, (double)far / count);
    }

    private static double Weighted(double[] actual, double[] forecast) =>
        100 * (1 - (ForecastAccuracy.Mae(actual, forecast) * actual.Length / actual.Sum(Math.Abs)));
}
