using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.RunTimes;
using Granary.Forecasting.Tests.Neural;

namespace Granary.Forecasting.Tests.RunTimes;

public sealed class RunTimeForecasterTests
{
    /// <summary>Twenty agents with four classes each, every pair with a length and a spread of its own, some of them seldom: foretold before each run.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.95)]
    public void Quantiles_come_true_as_often_as_they_say(double probability)
    {
        var random = new Random(7);
        var forecaster = new RunTimeForecaster();
        var (under, asked) = (0, 0);
        for (var n = 0; n < 12_000; n++)
        {
            // few agents come often, many seldom
            var (agent, kind) = ((int)(20 * Math.Pow(random.NextDouble(), 2)), random.Next(4));
            var seconds = Math.Exp(kind + (agent * 7 % 5 / 2.0) + ((0.2 + (0.2 * kind)) * Signals.Normal(random)));
            if (n > 500)
            {
                asked++;
                if (seconds <= forecaster.Predict($"a{agent}", $"c{kind}").Quantile(probability)) under++;
            }
            forecaster.Learn($"a{agent}", $"c{kind}", seconds);
        }
        Assert.Equal(probability, under / (double)asked, 0.02);
    }

    [Fact]
    public void What_is_unknown_is_taken_from_the_class_and_then_from_all()
    {
        var forecaster = new RunTimeForecaster();
        Assert.False(forecaster.Predict("a", "c").IsKnown);
        Assert.Null(forecaster.Predict("a", "c").Quantile(0.5));
        for (var n = 0; n < 100; n++)
        {
            forecaster.Learn("b", "short", 10);
            forecaster.Learn("b", "long", 1000);
        }
        Assert.Equal(10, forecaster.Predict("a", "short").Quantile(0.5)!.Value, 1.0);
        Assert.Equal(1000, forecaster.Predict("a", "long").Quantile(0.5)!.Value, 100.0);
        Assert.InRange(forecaster.Predict("a", "unheard of").Quantile(0.95)!.Value, 900, 1200);
        // an agent of its own speed is believed after some runs
        for (var n = 0; n < 30; n++) forecaster.Learn("a", "short", 40);
        var own = forecaster.Predict("a", "short");
        Assert.Equal(40, own.Quantile(0.5)!.Value, 4.0);
        Assert.InRange(own.OwnRuns, 25, 30);
        Assert.InRange(own.RelativeToClass, 3, 5);
    }

    [Fact]
    public void A_change_is_learned_within_the_memory()
    {
        var forecaster = new RunTimeForecaster(new() { Memory = 50 });
        for (var n = 0; n < 500; n++) forecaster.Learn("a", "c", 10);
        for (var n = 0; n < 100; n++) forecaster.Learn("a", "c", 100);
        Assert.Equal(100, forecaster.Predict("a", "c").Quantile(0.5)!.Value, 10.0);
    }

    [Fact]
    public void A_deadline_is_met_by_runs_that_succeed_and_are_in_time()
    {
        var (forecaster, random) = (new RunTimeForecaster(), new Random(3));
        for (var n = 0; n < 4000; n++) forecaster.Learn("a", "c", 100 * (0.5 + random.NextDouble()), succeeded: n % 5 != 0);
        var forecast = forecaster.Predict("a", "c");
        Assert.Equal(0.8, forecast.SuccessRate, 0.03);
        // between 50 and 150 seconds: half are over after 100
        Assert.Equal(0.5, forecast.Within(100), 0.08);
        Assert.Equal(0.4, forecast.DeadlineSuccess(100), 0.07);
        Assert.Equal(0.8, forecast.DeadlineSuccess(300), 0.04);
        Assert.Equal(0, forecast.DeadlineSuccess(0));
        Assert.Equal(0, forecast.DeadlineSuccess(-5));
    }

    [Fact]
    public void A_class_that_only_failed_has_no_times_of_its_own()
    {
        var forecaster = new RunTimeForecaster();
        for (var n = 0; n < 20; n++) forecaster.Learn("a", "c", 1, succeeded: false);
        var forecast = forecaster.Predict("a", "c");
        Assert.False(forecast.IsKnown);
        Assert.Null(forecast.Quantile(0.9));
        Assert.InRange(forecast.DeadlineSuccess(10), 0, 0.2);
    }

    [Fact]
    public void A_flood_of_names_is_bounded()
    {
        var forecaster = new RunTimeForecaster(new() { MostClasses = 64 });
        for (var n = 0; n < 5000; n++)
        {
            forecaster.Learn($"flood{n}", $"c{n}", 1);
            forecaster.Learn("steady", "known", 500);
        }
        Assert.InRange(forecaster.Predict("steady", "known").OwnRuns, 150, 200);
        Assert.Equal(0, forecaster.Predict("flood7", "c7").OwnRuns);
    }

    [Fact]
    public void Whatever_is_learned_quantiles_rise_and_are_finite() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(f => Math.Abs(f.Get)).ArrayOf().ToArbitrary(), times =>
        {
            var forecaster = new RunTimeForecaster();
            foreach (var seconds in times) forecaster.Learn("a", "c", seconds, seconds is < 1e9 or > 1e12);
            var forecast = forecaster.Predict("a", "c");
            if (!forecast.IsKnown) return true;
            var last = 0.0;
            foreach (var probability in new[] { 0.001, 0.1, 0.5, 0.9, 0.999 })
            {
                var quantile = forecast.Quantile(probability)!.Value;
                if (!double.IsFinite(quantile) || quantile < last || forecast.Within(quantile) is not (>= 0 and <= 1)) return false;
                last = quantile;
            }
            return true;
        }));

    [Fact]
    public void Times_and_names_that_are_none_are_refused()
    {
        var forecaster = new RunTimeForecaster();
        Assert.Throws<ArgumentException>(() => forecaster.Learn("a", "c", double.NaN));
        Assert.Throws<ArgumentException>(() => forecaster.Learn("a", "c", -1));
        Assert.Throws<ArgumentException>(() => forecaster.Learn("", "c", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecaster.Predict("a", "c").Quantile(1));
    }

    [Fact]
    public void What_was_saved_forecasts_and_learns_as_if_it_had_never_been_away()
    {
        var options = new RunTimeOptions { MostClasses = 16 };
        var (kept, random) = (new RunTimeForecaster(options), new Random(3));
        for (var n = 0; n < 3_000; n++) kept.Learn($"a{n % 3}", $"c{n % 5}", Math.Exp(Signals.Normal(random)), n % 7 != 0);
        var saved = kept.Save();
        Assert.InRange(saved.Length, 1_000, 16 * 2_500);
        var back = RunTimeForecaster.Load(saved, options);
        for (var n = 0; n < 500; n++)
        {
            var seconds = Math.Exp(Signals.Normal(random));
            foreach (var forecaster in (RunTimeForecaster[])[kept, back]) forecaster.Learn($"a{n % 4}", $"c{n % 6}", seconds, n % 5 != 0);
        }
        Assert.Equal(kept.Save(), back.Save());
        Assert.Equal(kept.Predict("a1", "c2").Quantile(0.9), back.Predict("a1", "c2").Quantile(0.9));
        Assert.Equal(kept.ClassesOf("a0"), back.ClassesOf("a0"));
        Assert.NotEmpty(back.ClassesOf("a0"));
        Assert.Empty(back.ClassesOf("nobody"));
    }

    [Fact]
    public void What_is_damaged_is_refused_and_nothing_else_escapes()
    {
        var forecaster = new RunTimeForecaster();
        for (var n = 0; n < 50; n++) forecaster.Learn("a", "c", n);
        var saved = forecaster.Save();
        Assert.Throws<InvalidDataException>(() => RunTimeForecaster.Load([]));
        Assert.Throws<InvalidDataException>(() => RunTimeForecaster.Load([9, .. saved[1..]]));
        for (var cut = 1; cut < saved.Length; cut += 7) Assert.Throws<InvalidDataException>(() => RunTimeForecaster.Load(saved[..cut]));
        var random = new Random(1);
        for (var n = 0; n < 500; n++)
        {
            byte[] changed = [.. saved];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                var read = RunTimeForecaster.Load(changed);
                Assert.True(read.Predict("a", "c").Quantile(0.9) is null or (> 0 and < 1e12));
            }
            catch (InvalidDataException)
            {
                // as it should
            }
        }
    }
}
