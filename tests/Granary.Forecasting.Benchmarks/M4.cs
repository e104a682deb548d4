using System.Diagnostics;
using System.Globalization;
using Granary.Forecasting.Accuracy;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Models;
using Granary.Forecasting.Models.Regression;
using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Models.Theta;
using Granary.Forecasting.Neural;
using Granary.Forecasting.Trees;

namespace Granary.Forecasting.Benchmarks;

/// <summary>M4 hourly: 48 hours ahead from the training part of each series; MASE by season 24, as the competition had it.</summary>
/// <remarks>With <c>--validate N</c> the training part alone is used: its last 48 hours but N times 48 are forecast from what is before them. Settings were chosen by that.</remarks>
internal static class M4
{
    private const int Horizon = 48;
    private static readonly int[] Seasons = [24, 168];

    private static readonly (string Name, Func<IForecastModel> Make)[] Models =
    [
        ("naive", () => new Naive()),
        ("snaive(24)", () => new SeasonalNaive(24)),
        ("snaive(168)", () => new SeasonalNaive(168)),
        ("theta", () => new ClassicalTheta(24)),
        ("dynamic-theta", () => new DynamicTheta(24)),
        ("ets", () => new Ets(24)),
        ("bc-mstl-ets", () => new SeasonalDecompositionModel(Seasons, transformed: true)),
        ("hwt", () => new MultipleSeasonalSmoothing(Seasons)),
        ("log-hwt", () => new MultipleSeasonalSmoothing(Seasons, logarithm: true)),
        ("ar-rls", () => new Autoregression(Seasons)),
        ("ar-rls(log)", () => new Autoregression(Seasons, logarithm: true)),
        ("nlinear(48)", () => new NLinear(48, Horizon)),
        ("dlinear(48)", () => new DLinear(48, Horizon)),
        ("gbt", () => new GbtForecaster(Seasons)),
        ("lstm", () => new LstmForecaster(new LstmOptions { Horizon = Horizon, Seasons = Seasons })),
        ("nlinear(192)", () => new NLinear(192, Horizon)),
    ];

    public static int Run(string[] args)
    {
        var back = args.Length > 1 && args[0] == "--validate" ? int.Parse(args[1], CultureInfo.InvariantCulture) : -1;
        if (Cases(back) is not { } cases) return 2;
        Console.WriteLine($"{cases.Count} series, {Horizon} hours ahead{(back < 0 ? "" : $", within the training part, {back} windows back")}");
        Console.WriteLine($"{"MODEL",-16} {"SMAPE",8} {"MASE",8} {"MS/SERIES",10}");
        foreach (var (name, make) in args.Contains("--only") ? [] : Models) Report(name, cases, c => Forecast(make(), c));
        // as the command line does it with --season 24,168, and with --season 24: a longer season is used where it is found
        Report("ensemble(24,168)", cases, c => SeriesForecast.Of(c.History, Horizon, Seasons).Values);
        Report("ensemble(24)", cases, c => SeriesForecast.Of(c.History, Horizon, [24]).Values);
        return 0;
    }

    /// <summary>The part of points within the intervals, over the test part and four windows before it.</summary>
    public static int Coverage()
    {
        var all = new List<double>();
        Console.WriteLine($"{"M4 HOURLY",-42} {"24,168",8} {"24",8}");
        for (var back = -1; back < 4; back++)
        {
            if (Cases(back) is not { } cases) return 2;
            double Covered(int[] seasons) => cases.Average(c =>
            {
                var forecast = SeriesForecast.Of(c.History, Horizon, seasons);
                return ForecastAccuracy.Coverage(c.Actual, forecast.Lower, forecast.Upper);
            });
            var (given, found) = (Covered(Seasons), Covered([24]));
            all.AddRange([given, found]);
            Console.WriteLine(FormattableString.Invariant($"{(back < 0 ? "test part" : $"training part, {back} windows back"),-42} {given,8:P1} {found,8:P1}"));
        }
        Console.WriteLine(FormattableString.Invariant($"{"mean",-42} {all.Where((_, i) => i % 2 == 0).Average(),8:P1} {all.Where((_, i) => i % 2 == 1).Average(),8:P1}"));
        return 0;
    }

    private static List<Case>? Cases(int back)
    {
        if (DataFolder.Find("m4") is not { } folder) return null;
        var train = DataFolder.Wide(Path.Combine(folder, "hourly-train-100.csv"));
        var test = DataFolder.Wide(Path.Combine(folder, "hourly-test-100.csv")).ToDictionary(s => s.Name, s => s.Values);
        return [.. train.Select(s => back < 0
            ? new Case(s.Values, test[s.Name])
            : new Case(s.Values[..^(Horizon * (back + 1))], s.Values[^(Horizon * (back + 1))..][..Horizon]))];
    }

    private static double[] Forecast(IForecastModel model, Case one)
    {
        model.Fit(one.History);
        var ahead = new double[Horizon];
        model.Forecast(ahead);
        return ahead;
    }

    private static void Report(string name, List<Case> cases, Func<Case, double[]> forecast)
    {
        var watch = Stopwatch.StartNew();
        var forecasts = cases.ConvertAll(c => forecast(c));
        var took = watch.Elapsed.TotalMilliseconds / cases.Count;
        var smape = cases.Select((c, i) => ForecastAccuracy.Smape(c.Actual, forecasts[i])).Average();
        var mase = cases.Select((c, i) => ForecastAccuracy.Mase(c.History, c.Actual, forecasts[i], 24)).Average();
        Console.WriteLine(FormattableString.Invariant($"{name,-16} {smape,8:0.000} {mase,8:0.000} {took,10:0.0}"));
    }

    private sealed record Case(double[] History, double[] Actual);
}
