using System.Diagnostics;
using System.Globalization;
using Granary.Forecasting.Accuracy;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Models;
using Granary.Forecasting.Models.Regression;
using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Models.Theta;

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
        ("log-mstl-ets", () => new SeasonalDecompositionModel(Seasons, logarithm: true)),
        ("hwt", () => new MultipleSeasonalSmoothing(Seasons)),
        ("log-hwt", () => new MultipleSeasonalSmoothing(Seasons, logarithm: true)),
        ("ar-rls", () => new Autoregression(Seasons)),
        ("ar-rls(log)", () => new Autoregression(Seasons, logarithm: true)),
        ("nlinear(48)", () => new NLinear(48, Horizon)),
        ("dlinear(48)", () => new DLinear(48, Horizon)),
        ("nlinear(192)", () => new NLinear(192, Horizon)),
    ];

    public static int Run(string[] args)
    {
        if (DataFolder.Find("m4") is not { } folder) return 2;
        var train = DataFolder.Wide(Path.Combine(folder, "hourly-train-100.csv"));
        var test = DataFolder.Wide(Path.Combine(folder, "hourly-test-100.csv")).ToDictionary(s => s.Name, s => s.Values);
        var back = args.Length > 1 && args[0] == "--validate" ? int.Parse(args[1], CultureInfo.InvariantCulture) : -1;
        List<Case> cases = [.. train.Select(s => back < 0
            ? new Case(s.Values, test[s.Name])
            : new Case(s.Values[..^(Horizon * (back + 1))], s.Values[^(Horizon * (back + 1))..][..Horizon]))];
        Console.WriteLine($"{cases.Count} series, {Horizon} hours ahead{(back < 0 ? "" : $", within the training part, {back} windows back")}");
        Console.WriteLine($"{"MODEL",-16} {"SMAPE",8} {"MASE",8} {"MS/SERIES",10}");
        if (!args.Contains("--only"))
            foreach (var (name, make) in Models) Report(name, cases, c => Forecast(make(), c));
        if (!args.Contains("--only")) Report("ensemble(24,168)", cases, c => SeriesForecast.Of(c.History, Horizon, Seasons).Values);
        var (covered, widths) = (0.0, 0.0);
        // as the command line does it with --season 24: a longer season is used where it is found
        Report("ensemble", cases, c =>
        {
            var forecast = SeriesForecast.Of(c.History, Horizon, [24]);
            covered += ForecastAccuracy.Coverage(c.Actual, forecast.Lower, forecast.Upper) / cases.Count;
            widths += forecast.Upper.Zip(forecast.Lower, (u, l) => u - l).Average() / c.Actual.Average() / cases.Count;
            return forecast.Values;
        });
        Console.WriteLine($"90% intervals of the ensemble covered {covered:P1} of the points; mean width {widths:P0} of the mean value");
        return 0;
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
