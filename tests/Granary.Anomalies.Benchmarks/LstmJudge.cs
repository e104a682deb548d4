using System.Diagnostics;
using Granary.Forecasting.Neural;

namespace Granary.Anomalies.Benchmarks;

/// <summary>The network on M4's hourly series and an hour ahead on CPU telemetry; its three kinds of inference by error and time; training's cost.</summary>
internal static class LstmJudge
{
    public static void Run()
    {
        M4();
        Telemetry();
        Steps();
    }

    private static void M4()
    {
        var folder = DataFolder.Find("m4");
        var (train, test) = (DataFolder.M4(Path.Combine(folder, "hourly-train-100.csv")), DataFolder.M4(Path.Combine(folder, "hourly-test-100.csv")));
        var options = new LstmOptions { Horizon = 48, Seasons = [24, 168] };
        var errors = new double[5];
        var (clock, deviation) = (Stopwatch.StartNew(), 0.0);
        for (var n = 0; n < train.Length; n++)
        {
            var model = new LstmForecaster(options);
            model.Fit(train[n]);
            var (single, eight) = (new double[48], new double[48]);
            model.Forecast(single);
            Eight(model, train[n], options, eight);
            errors[0] += Smape(single, test[n]);
            errors[1] += Smape(eight, test[n]);
            errors[2] += Smape([.. Enumerable.Repeat(train[n][^1], 48)], test[n]);
            errors[3] += Smape([.. Enumerable.Range(0, 48).Select(h => train[n][^(24 - (h % 24))])], test[n]);
            errors[4] += Smape([.. Enumerable.Range(0, 48).Select(h => train[n][^(168 - h)])], test[n]);
            deviation += Smape(single, eight);
        }
        for (var n = 0; n < 5; n++) errors[n] /= train.Length;
        Console.WriteLine($"M4 hourly, {train.Length} series, sMAPE 48 ahead: lstm {errors[0]:0.00}, the same in int8 {errors[1]:0.00} (forecasts differ by {deviation / train.Length:0.000}%), naive {errors[2]:0.00}, seasonal naive {errors[3]:0.00} (24) and {errors[4]:0.00} (168); {clock.Elapsed.TotalSeconds / train.Length:0.00} s a series");
    }

    /// <summary>One hour (12 points of five minutes) ahead: trained on the first half, then every point of the second, with new training every day of it.</summary>
    private static void Telemetry()
    {
        var folder = DataFolder.Find("nab");
        foreach (var path in Directory.GetFiles(folder, "*cpu_utilization*.csv", SearchOption.AllDirectories).Order())
        {
            var (_, values) = DataFolder.Series(path);
            var options = new LstmOptions { Horizon = 12, Seasons = [288] };
            var (model, eight) = (new LstmForecaster(options), new LstmForecaster(options, LstmPrecision.Int8));
            var half = values.Length / 2;
            var (horizon, sums, count) = (new double[12], new double[4], 0);
            for (var t = half; t + 12 <= values.Length; t++)
            {
                if ((t - half) % 288 == 0) Refit(values.AsSpan(Math.Max(0, t - 4032), Math.Min(t, 4032)), model, eight, options);
                model.Forecast(horizon);
                Add(sums, 0, horizon[11], values[t + 11]);
                eight.Forecast(horizon);
                Add(sums, 1, horizon[11], values[t + 11]);
                Add(sums, 2, values[t - 1], values[t + 11]);
                Add(sums, 3, values[t + 11 - 288], values[t + 11]);
                count++;
                model.Observe(values[t]);
                eight.Observe(values[t]);
            }
            Console.WriteLine($"{Path.GetFileNameWithoutExtension(path),-40} an hour ahead, 100 - MAPE: lstm {100 - (sums[0] / count):0.00}, int8 {100 - (sums[1] / count):0.00}, naive {100 - (sums[2] / count):0.00}, a day ago {100 - (sums[3] / count):0.00} ({count} forecasts)");
        }
    }

    private static void Refit(ReadOnlySpan<double> window, LstmForecaster model, LstmForecaster eight, LstmOptions options)
    {
        model.Fit(window);
        eight.Start(window);
        eight.Use(model.Weights!);
    }

    private static void Steps()
    {
        foreach (var (hidden, layers) in new[] { (16, 1), (32, 1), (64, 2), (128, 2) })
        {
            var options = new LstmOptions { Hidden = hidden, Layers = layers, Horizon = 1440, Seasons = [1440], MaxEpochs = 1 };
            var values = Enumerable.Range(0, 8000).Select(n => 50 + (30 * Math.Sin(2 * Math.PI * n / 1440)) + (n * 7919 % 13)).ToArray();
            var trainer = new LstmTrainer(options with { MaxEpochs = 100, Patience = 100 }, values);
            trainer.Advance(300);
            var stretch = Timing.Median(5, () => trainer.Advance(40)) / 40 / options.Truncation;
            var fitted = new LstmForecaster(options);
            fitted.Fit(values);
            var horizon = new double[1440];
            var line = $"lstm {layers} x {hidden}, a day of minutes: training {stretch * 1e6:0.0} us a point and epoch; ";
            foreach (var precision in new[] { LstmPrecision.Reference, LstmPrecision.Fused, LstmPrecision.Int8 })
            {
                var network = LstmInference.Create(fitted.Weights!.Network, precision);
                var input = new float[fitted.Weights.Shape.Inputs];
                var step = Timing.Median(7, () => { for (var n = 0; n < 20_000; n++) { input[0] = n & 7; network.Advance(input); } }) / 20_000;
                line += $"a step {precision} {step * 1e9:0} ns, ";
            }
            var all = Timing.Median(7, () => { for (var n = 0; n < 500; n++) fitted.ForecastAfter(n, horizon); }) / 500;
            Console.WriteLine($"{line}1,440 minutes ahead {all * 1e6:0.0} us");
        }
    }

    private static void Eight(LstmForecaster model, double[] history, LstmOptions options, double[] horizon)
    {
        var eight = new LstmForecaster(options, LstmPrecision.Int8);
        eight.Start(history);
        eight.Use(model.Weights!);
        eight.Forecast(horizon);
    }

    private static void Add(double[] sums, int n, double forecast, double value) => sums[n] += 100 * Math.Abs(forecast - value) / Math.Max(Math.Abs(value), 1e-9);

    private static double Smape(double[] f, double[] y) =>
        Enumerable.Range(0, f.Length).Average(h => Math.Abs(f[h]) + Math.Abs(y[h]) is var s and > 0 ? 200 * Math.Abs(f[h] - y[h]) / s : 0);
}
