using Granary.Forecasting.Models;
using Granary.Forecasting.Models.Intermittent;
using Granary.Forecasting.Models.Regression;
using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Models.Theta;

namespace Granary.Forecasting.Tests.Models;

/// <summary>Every model by name, and series whose continuation is known.</summary>
internal static class Samples
{
    public static readonly Dictionary<string, Func<IForecastModel>> Models = new()
    {
        ["naive"] = () => new Naive(),
        ["snaive"] = () => new SeasonalNaive(6),
        ["median"] = () => new MovingMedian(9),
        ["ets"] = () => new Ets(6),
        ["ets-none"] = () => new Ets(),
        ["theta"] = () => new ClassicalTheta(6),
        ["dynamic-theta"] = () => new DynamicTheta(6),
        ["mstl"] = () => new SeasonalDecompositionModel([6, 12]),
        ["bc-mstl"] = () => new SeasonalDecompositionModel([6, 12], transformed: true),
        ["hwt"] = () => new MultipleSeasonalSmoothing([6, 12]),
        ["log-hwt"] = () => new MultipleSeasonalSmoothing([6, 12], logarithm: true),
        ["ar"] = () => new Autoregression([6]),
        ["log-ar"] = () => new Autoregression([6], logarithm: true),
        ["nlinear"] = () => new NLinear(12, 6),
        ["dlinear"] = () => new DLinear(12, 6, kernel: 6),
        ["croston"] = () => new Croston(),
        ["tsb"] = () => new TeunterSyntetosBabai(),
    };

    public static TheoryData<string> Names => [.. Models.Keys];

    public static double[] Series(int length, Func<int, double> value) => [.. Enumerable.Range(0, length).Select(value)];

    public static double[] Ahead(IForecastModel model, double[] history, int horizon)
    {
        model.Fit(history);
        var forecast = new double[horizon];
        model.Forecast(forecast);
        return forecast;
    }
}
