using System.Diagnostics;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Neural;
using Granary.Forecasting.Series;

namespace Granary.Forecasting.Benchmarks;

/// <summary>What the recurrent network adds to a node's ensemble for the next day: the recorded CPU series, five minutes a point, the first half trained on, the second streamed by.</summary>
internal static class LstmMember
{
    private const int Day = 288;
    private static readonly int[] Leads = [1, 12, 288];

    public static int Run()
    {
        if (DataFolder.Find("nab") is not { } folder) return 2;
        var ratios = Leads.ToDictionary(l => l, _ => new List<double>());
        var (plainFits, allFits) = (new List<double>(), new List<double>());
        Console.WriteLine($"{"SERIES",-42} {"FIT S",7} {"WITH",7} {"WEIGHT",7}   mean absolute error with the network over that without, 5 min, 1 h and 24 h ahead");
        foreach (var path in Directory.GetFiles(folder, "*cpu*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(path);
            var series = SeriesCsv.Read(text, Path.GetFileName(path), options: new() { IntervalMicros = 300_000_000 }).Values;
            var (plain, fit, _) = Walk(series, lstm: false);
            var (with, fitWith, weight) = Walk(series, lstm: true);
            var row = Leads.Select(l => with[l] / plain[l]).ToArray();
            for (var i = 0; i < row.Length; i++) ratios[Leads[i]].Add(row[i]);
            plainFits.Add(fit);
            allFits.Add(fitWith);
            Console.WriteLine(FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(path),-42} {fit,7:0.00} {fitWith,7:0.00} {weight,7:0.00}   {string.Join("  ", row.Select(r => r.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)))}"));
        }
        Console.WriteLine(FormattableString.Invariant($"{"geometric mean; fits: mean",-42} {plainFits.Average(),7:0.00} {allFits.Average(),7:0.00} {"",7}   {string.Join("  ", Leads.Select(l => Math.Exp(ratios[l].Average(Math.Log)).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)))}"));
        return 0;
    }

    private static (Dictionary<int, double> Errors, double Fit, double Weight) Walk(double[] series, bool lstm)
    {
        var train = series.Length / 2;
        var history = series.AsSpan(0, train);
        int[] seasons = train >= Day * 5 / 2 ? [Day] : [];
        List<IForecastModel> members = [.. StandardMembers.For(history, seasons, Day)];
        if (lstm) members.Add(new LstmForecaster(new LstmOptions { Horizon = Day, Seasons = seasons }));
        var ensemble = new ForecastEnsemble(members, new EnsembleOptions { Horizon = Day });
        var watch = Stopwatch.StartNew();
        ensemble.Fit(history);
        var fit = watch.Elapsed.TotalSeconds;
        var (ahead, errors) = (new double[Day], Leads.ToDictionary(l => l, _ => new List<double>()));
        for (var i = train; i < series.Length; i++)
        {
            ensemble.Forecast(ahead);
            foreach (var lead in Leads)
                if (i + lead - 1 < series.Length) errors[lead].Add(Math.Abs(ahead[lead - 1] - series[i + lead - 1]));
            ensemble.Observe(series[i]);
        }
        return (errors.ToDictionary(e => e.Key, e => e.Value.Average()), fit, lstm ? ensemble.Weights()[^1] : 0);
    }
}
