using System.Diagnostics;
using Granary.Forecasting.Ensemble;

namespace Granary.Forecasting.Benchmarks;

/// <summary>What a step costs: one point observed and the horizon forecast, on an hourly series of 700 points with seasons of a day and a week, 48 ahead.</summary>
internal static class Speed
{
    private const int Horizon = 48;
    private const int WarmUp = 100;
    private const int Rounds = 9;
    private const int Steps = 200;

    public static int Run()
    {
        var random = new Random(1);
        var series = Enumerable.Range(0, 24_000).Select(i => 500 + (80 * Math.Sin(2 * Math.PI * i / 24)) - (i / 24 % 7 >= 5 ? 60 : 0) + (10 * random.NextDouble())).ToArray();
        var history = series[..700];
        Console.WriteLine($"{"MODEL",-24} {"FIT MS",8} {"STEP US",9}   medians of {Rounds} rounds of {Steps} steps");
        List<IForecastModel> models =
        [
            .. StandardMembers.For(history, [24, 168], Horizon, trained: true),
            new ForecastEnsemble(StandardMembers.For(history, [24, 168], Horizon, trained: true), new EnsembleOptions { Horizon = Horizon }),
        ];
        foreach (var model in models)
        {
            var fits = new List<double>();
            for (var i = 0; i < 3; i++) fits.Add(Took(() => model.Fit(history)).TotalMilliseconds);
            var ahead = new double[Horizon];
            var at = 700;
            var rounds = new List<double>();
            for (var round = 0; round < WarmUp + Rounds; round++)
                rounds.Add(Took(() =>
                {
                    for (var i = 0; i < Steps; i++, at++)
                    {
                        model.Observe(series[at]);
                        model.Forecast(ahead);
                    }
                }).TotalMicroseconds / Steps);
            Console.WriteLine(FormattableString.Invariant($"{model.Name,-24} {fits.Order().ElementAt(1),8:0.0} {rounds.Skip(WarmUp).Order().ElementAt(Rounds / 2),9:0.00}"));
        }
        return 0;
    }

    private static TimeSpan Took(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed;
    }
}
