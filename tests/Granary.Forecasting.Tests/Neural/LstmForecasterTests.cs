using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tests.Neural;

public sealed class LstmForecasterTests
{
    private static readonly LstmOptions Small = new() { Hidden = 16, Horizon = 24, Seasons = [24], MaxEpochs = 40 };

    [Fact]
    public void It_learns_what_the_simple_forecasts_do_not_know()
    {
        var series = Signals.Daily(1500, 4);
        var model = new LstmForecaster(Small);
        model.Fit(series.AsSpan(0, 1200));
        var (mine, naive) = (0.0, 0.0);
        var horizon = new double[24];
        for (var t = 1200; t < 1476; t++)
        {
            model.Forecast(horizon);
            for (var h = 0; h < 24; h++)
            {
                mine += Math.Abs(horizon[h] - series[t + h]);
                naive += Math.Abs(series[t + h - 24] - series[t + h]);
            }
            model.Observe(series[t]);
        }
        // a day ago misses by two draws of the autoregression, the mean of four days by one and a quarter: 0.79 of it, and the last values tell of the next
        Assert.True(mine < 0.82 * naive, $"error {mine:0} against {naive:0} of the seasonal naive");
    }

    [Fact]
    public void The_same_seed_gives_the_same_forecasts_and_another_does_not()
    {
        var series = Signals.Daily(300, 1);
        Assert.Equal(Ahead(Small), Ahead(Small));
        Assert.NotEqual(Ahead(Small), Ahead(Small with { Seed = 2 }));

        double[] Ahead(LstmOptions options)
        {
            var model = new LstmForecaster(options with { MaxEpochs = 5, Seasons = [] });
            model.Fit(series);
            var horizon = new double[30];
            model.Forecast(horizon);
            return horizon;
        }
    }

    [Fact]
    public void Stored_weights_forecast_as_before()
    {
        var series = Signals.Daily(400, 2);
        var (first, second) = (new LstmForecaster(Small with { MaxEpochs = 5 }), new LstmForecaster(Small));
        first.Fit(series);
        foreach (var value in series) second.Observe(value);
        second.Use(LstmFile.Read(LstmFile.Write(first.Weights!)));
        // the one goes on from what it knows, the other is shown the last points: the cells forget the rest
        first.Use(first.Weights!);
        var (a, b) = (new double[24], new double[24]);
        first.Forecast(a);
        second.Forecast(b);
        Assert.Equal(a, b);
    }

    [Fact]
    public void A_step_and_a_forecast_allocate_nothing()
    {
        foreach (var precision in Enum.GetValues<LstmPrecision>())
        {
            var model = new LstmForecaster(Small with { MaxEpochs = 1 }, precision);
            model.Fit(Signals.Daily(200, 3));
            var horizon = new double[24];
            Turn();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Turn();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

            void Turn()
            {
                for (var n = 0; n < 50; n++)
                {
                    model.Observe(n);
                    model.Forecast(horizon);
                    model.ForecastAfter(n + 1, horizon);
                }
            }
        }
    }

    [Fact]
    public void Training_allocates_nothing_after_it_began()
    {
        var trainer = new LstmTrainer(Small, Signals.Daily(600, 3));
        trainer.Advance(60);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(trainer.Advance(60));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_provisional_point_is_not_remembered()
    {
        var model = new LstmForecaster(Small with { MaxEpochs = 3 });
        model.Fit(Signals.Daily(300, 3));
        var (before, between, after) = (new double[24], new double[24], new double[24]);
        model.Forecast(before);
        model.ForecastAfter(500, between);
        model.Forecast(after);
        Assert.Equal(before, after);
        Assert.NotEqual(before, between);
        model.Observe(500);
        model.Forecast(after);
        Assert.Equal(between, after);
    }

    [Fact]
    public void Validation_is_never_worse_than_the_base_on_noise()
    {
        var random = new Random(3);
        var trainer = new LstmTrainer(Small with { Seasons = [] }, [.. Enumerable.Range(0, 300).Select(_ => random.NextDouble())]);
        while (trainer.Advance(1000))
        {
        }
        Assert.True(trainer.Best.Error <= trainer.Best.BaseError);
        Assert.True(trainer.Epochs < Small.MaxEpochs, "noise should end the training early");
    }

    public static TheoryData<string> Odd => ["zeros", "constant", "huge", "tiny", "spikes", "extremes", "negative", "step", "short"];

    [Theory]
    [MemberData(nameof(Odd))]
    public void No_odd_series_makes_a_number_that_is_not_finite(string kind)
    {
        double[] series = kind switch
        {
            "zeros" => new double[200],
            "constant" => [.. Enumerable.Repeat(42.0, 200)],
            "huge" => [.. Signals.Daily(200, 1).Select(v => v * 1e305)],
            "tiny" => [.. Signals.Daily(200, 1).Select(v => v * 1e-320)],
            "spikes" => [.. Signals.Daily(200, 1).Select((v, n) => n % 37 == 0 ? 1e300 : v)],
            "extremes" => [.. Enumerable.Range(0, 200).Select(n => n % 2 == 0 ? double.MaxValue : double.MinValue)],
            "negative" => [.. Signals.Daily(200, 1).Select(v => -v)],
            "step" => [.. Enumerable.Range(0, 200).Select(n => n < 190 ? 0.0 : 1e9)],
            _ => [.. Signals.Daily(LstmForecaster.Fewest, 1)],
        };
        foreach (var precision in Enum.GetValues<LstmPrecision>())
        {
            var model = new LstmForecaster(Small with { MaxEpochs = 3 }, precision);
            model.Fit(series);
            var horizon = new double[60];
            foreach (var value in new[] { 0, double.MaxValue, double.MinValue, double.Epsilon, -1 })
            {
                model.Observe(value);
                model.Forecast(horizon);
                Assert.All(horizon, h => Assert.True(double.IsFinite(h)));
            }
        }
    }

    [Fact]
    public void A_constant_series_is_forecast_as_it_is()
    {
        var model = new LstmForecaster(Small);
        model.Fit([.. Enumerable.Repeat(42.0, 100)]);
        var horizon = new double[10];
        model.Forecast(horizon);
        Assert.All(horizon, h => Assert.Equal(42, h, 1e-9));
    }

    [Fact]
    public void Histories_that_cannot_be_used_are_refused_by_what_is_wrong()
    {
        var model = new LstmForecaster();
        Assert.Contains("needs 16", Assert.Throws<ArgumentException>(() => model.Fit(new double[15])).Message);
        Assert.Contains("point 3", Assert.Throws<ArgumentException>(() => model.Fit([0, 0, double.NaN, .. new double[20]])).Message);
        Assert.Throws<ArgumentException>(() => model.Observe(double.PositiveInfinity));
        Assert.Throws<InvalidOperationException>(() => model.Forecast(new double[1]));
        Assert.Contains("Hidden", Assert.Throws<ArgumentException>(() => new LstmForecaster(new() { Hidden = 12 })).Message);
    }
}
