using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.Accuracy;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Models;
using Granary.Forecasting.Models.Regression;
using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Tests.Models;

namespace Granary.Forecasting.Tests.Ensemble;

public sealed class ForecastEnsembleTests
{
    private static double Noise(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static ForecastEnsemble Of(double[] history, int horizon, params int[] seasons) =>
        new(StandardMembers.For(history, seasons, horizon, trained: true), new EnsembleOptions { Horizon = horizon });

    [Fact]
    public void It_is_about_as_good_as_its_best_member()
    {
        var random = new Random(4);
        var series = Samples.Series(600, i => 100 + (20 * Math.Sin(i * Math.PI / 12)) + (3 * Noise(random)));
        var (history, actual) = (series[..552], series[552..]);
        var ensemble = Of(history, 48, 24);
        var error = ForecastAccuracy.Mae(actual, Samples.Ahead(ensemble, history, 48));
        var members = StandardMembers.For(history, [24], 48).Select(m => ForecastAccuracy.Mae(actual, Samples.Ahead(m, history, 48))).ToArray();
        Assert.True(error < 1.1 * members.Min(), $"{error} beside {members.Min()} to {members.Max()}");
        Assert.True(error < 0.5 * members[0]); // the naive one
        Assert.Equal(1, ensemble.Weights().Sum(), 9);
    }

    [Fact]
    public void Its_intervals_cover_nine_points_of_ten_one_step_ahead_and_further()
    {
        var random = new Random(5);
        var series = Samples.Series(2000, i => 50 + (10 * Math.Sin(i * Math.PI / 12)) + Noise(random));
        var ensemble = Of(series, 12, 24);
        ensemble.Fit(series.AsSpan(0, 600));
        var (ahead, lower, upper) = (new double[12], new double[12], new double[12]);
        var (near, far, count) = (0, 0, 0);
        for (var i = 600; i + 12 < series.Length; i++)
        {
            ensemble.Forecast(ahead, lower, upper);
            if (series[i] >= lower[0] && series[i] <= upper[0]) near++;
            if (series[i + 11] >= lower[11] && series[i + 11] <= upper[11]) far++;
            count++;
            ensemble.Observe(series[i]);
        }
        Assert.InRange((double)near / count, 0.88, 0.92);
        Assert.InRange((double)far / count, 0.88, 0.92);
    }

    [Fact]
    public void A_drift_is_found_and_training_again_helps()
    {
        double Truth(int i) => i < 800 ? 50 + (10 * Math.Sin(i * Math.PI / 12)) : 20 + (15 * Math.Sin(i * Math.PI / 5));
        var random = new Random(6);
        var series = Samples.Series(1600, i => Truth(i) + (0.3 * Noise(random)));
        double Error(bool retrain)
        {
            var ensemble = new ForecastEnsemble([new Naive(), new NLinear(24, 6)], new EnsembleOptions { Horizon = 6, RetrainOnDrift = retrain });
            ensemble.Fit(series.AsSpan(0, 700));
            var (ahead, sum, count) = (new double[6], 0.0, 0);
            for (var i = 700; i + 6 < series.Length; i++)
            {
                ensemble.Forecast(ahead);
                if (i >= 1300) { sum += Math.Abs(ahead[5] - series[i + 5]); count++; }
                ensemble.Observe(series[i]);
            }
            Assert.True(ensemble.Drifts > 0);
            Assert.Equal(!retrain, ensemble.RetrainDue);
            return sum / count;
        }
        var (kept, trained) = (Error(false), Error(true));
        Assert.True(trained < 0.8 * kept, $"{trained} beside {kept}");
    }

    [Fact]
    public void A_still_series_has_no_drift()
    {
        var random = new Random(7);
        var series = Samples.Series(3000, i => 50 + Noise(random));
        var ensemble = new ForecastEnsemble([new Naive(), new Ets()]);
        ensemble.Fit(series.AsSpan(0, 500));
        foreach (var value in series.AsSpan(500)) ensemble.Observe(value);
        Assert.Equal(0, ensemble.Drifts);
    }

    [Fact]
    public void No_nan_ever_leaves_it() => Prop.ForAll(
        Gen.Frequency((4, Gen.Choose(-100, 100).Select(i => (double)i)), (2, Gen.Constant(0.0)), (1, Gen.Elements(1e100, -1e100, 1e-200, 1e12))).ListOf(80)
            .SelectMany(list => Gen.Choose(2, 80).Select(n => list.Take(n).ToArray())).ToArbitrary(),
        history =>
        {
            var ensemble = Of(history, 8, 6);
            var (ahead, lower, upper) = (new double[15], new double[15], new double[15]);
            ensemble.Fit(history);
            ensemble.Observe(history[0]);
            ensemble.Forecast(ahead, lower, upper);
            for (var i = 0; i < 15; i++)
                Assert.True(double.IsFinite(ahead[i]) && double.IsFinite(lower[i]) && double.IsFinite(upper[i]) && lower[i] <= ahead[i] && ahead[i] <= upper[i], $"{lower[i]} {ahead[i]} {upper[i]}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Two_points_are_enough_and_one_is_refused()
    {
        var ensemble = Of([1, 2], 4);
        Assert.All(Samples.Ahead(ensemble, [10, 12], 4), v => Assert.InRange(v, 8, 14));
        Assert.Equal(["naive", "ets(ANN)"], ensemble.Members.Select(m => m.Name));
        Assert.Contains("needs 2 points", Assert.Throws<ArgumentException>(() => Of([1], 4).Fit([1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_million_points_take_seconds()
    {
        var series = Samples.Series(1_000_000, i => 50 + (10 * Math.Sin(2 * Math.PI * i / 24)) + (i * 7919L % 13 / 13.0));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var forecast = SeriesForecast.Of(series, 24);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        Assert.Equal(24, forecast.Seasons[0]);
        Assert.All(Enumerable.Range(1_000_000, 24), i => Assert.InRange(forecast.Values[i - 1_000_000], 48 + (10 * Math.Sin(2 * Math.PI * i / 24)), 53 + (10 * Math.Sin(2 * Math.PI * i / 24))));
    }

    [Fact]
    public void A_spike_leaves_no_mark_for_long()
    {
        var random = new Random(8);
        var history = Samples.Series(500, i => i == 470 ? 1e9 : 50 + (10 * Math.Sin(i * Math.PI / 12)) + Noise(random));
        Assert.All(Samples.Ahead(Of(history, 12, 24), history, 12), v => Assert.InRange(v, 0, 1e9));
        var ensemble = Of(history, 12, 24);
        ensemble.Fit(history);
        for (var i = 500; i < 560; i++) ensemble.Observe(50 + (10 * Math.Sin(i * Math.PI / 12)));
        var ahead = new double[1];
        ensemble.Forecast(ahead);
        Assert.InRange(ahead[0], 0, 1000);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var history = Samples.Series(400, i => 50 + (10 * Math.Sin(i * Math.PI / 12)));
        var ensemble = Of(history, 24, 24);
        ensemble.Fit(history);
        var ahead = new double[24];
        for (var i = 0; i < 100; i++) { ensemble.Observe(history[i]); ensemble.Forecast(ahead); }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 100; i < 200; i++) { ensemble.Observe(history[i]); ensemble.Forecast(ahead); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
