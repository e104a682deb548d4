using FsCheck;
using FsCheck.Fluent;

namespace Granary.Forecasting.Tests.Models;

/// <summary>What holds for every model, whatever the series.</summary>
public sealed class ModelLawTests
{
    /// <summary>Finite numbers of every size, with long runs of one value and wild spikes among them.</summary>
    private static readonly Arbitrary<double[]> Hostile = Gen.Frequency(
            (3, Gen.Choose(-1000, 1000).Select(i => i / 10.0)),
            (2, Gen.Constant(0.0)),
            (2, Gen.Constant(7.0)),
            (1, Gen.Elements(1e100, -1e100, 1e-300, -1e-300, 1e50, double.Epsilon, 1e9, -1e9, 1e-5)))
        .ListOf(120).SelectMany(list => Gen.Choose(1, 120).Select(n => list.Take(n).ToArray())).ToArbitrary();

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void No_nan_ever_leaves_a_model(string name) => Prop.ForAll(Hostile, history =>
    {
        var model = Samples.Models[name]();
        if (history.Length < model.MinimumLength) return;
        var ahead = new double[20];
        model.Fit(history);
        model.Forecast(ahead);
        Assert.All(ahead, v => Assert.True(double.IsFinite(v), $"{v}"));
        foreach (var value in history.Take(30)) model.Observe(value);
        model.Forecast(ahead);
        Assert.All(ahead, v => Assert.True(double.IsFinite(v), $"{v}"));
        var width = history.Max() - history.Min();
        Assert.All(ahead, v => Assert.InRange(v, history.Min() - (1.000001 * width) - 1e-9, history.Max() + (1.000001 * width) + 1e-9));
        if (history.Min() >= 0) Assert.All(ahead, v => Assert.True(v >= 0));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(7, 11));

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void A_constant_is_forecast_as_it_is(string name)
    {
        foreach (var constant in (double[])[0, 42, 1e-7, 3e20])
            Assert.All(Samples.Ahead(Samples.Models[name](), Samples.Series(100, _ => constant), 12), v => Assert.Equal(constant, v, constant * 1e-9));
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void The_same_calls_give_the_same_answers_and_a_second_fit_forgets_the_first(string name)
    {
        var random = new Random(3);
        var (first, second) = (Samples.Series(150, i => 50 + (10 * Math.Sin(i)) + random.NextDouble()), Samples.Series(120, i => 5 + (i % 6) + random.NextDouble()));
        var used = Samples.Models[name]();
        Samples.Ahead(used, first, 12);
        used.Observe(3);
        Assert.Equal(Samples.Ahead(Samples.Models[name](), second, 12), Samples.Ahead(used, second, 12));
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void A_larger_unit_makes_larger_forecasts_and_nothing_else(string name)
    {
        var random = new Random(5);
        var series = Samples.Series(150, i => 20 + (5 * Math.Sin(i * Math.PI / 3)) + random.NextDouble());
        var (plain, scaled) = (Samples.Ahead(Samples.Models[name](), series, 12), Samples.Ahead(Samples.Models[name](), [.. series.Select(v => v * 1024)], 12));
        for (var i = 0; i < 12; i++) Assert.Equal(plain[i], scaled[i] / 1024, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void What_is_no_number_or_too_short_is_refused_in_one_line(string name)
    {
        var model = Samples.Models[name]();
        Assert.Throws<InvalidOperationException>(() => model.Observe(1));
        Assert.Throws<InvalidOperationException>(() => model.Forecast(new double[1]));
        var good = Samples.Series(100, i => i % 6);
        foreach (var bad in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e101])
        {
            var history = (double[])good.Clone();
            history[60] = bad;
            Assert.Contains("point 60 of the history", Assert.Throws<ArgumentException>(() => model.Fit(history)).Message, StringComparison.Ordinal);
        }
        if (model.MinimumLength > 1)
            Assert.Contains($"needs {model.MinimumLength} points", Assert.Throws<ArgumentException>(() => model.Fit(good.AsSpan(0, model.MinimumLength - 1))).Message, StringComparison.Ordinal);
        model.Fit(good);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Observe(double.NaN));
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void A_step_allocates_nothing(string name)
    {
        var model = Samples.Models[name]();
        var ahead = new double[12];
        model.Fit(Samples.Series(200, i => 10 + (i % 6)));
        for (var i = 0; i < 50; i++) { model.Observe(10 + (i % 6)); model.Forecast(ahead); }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) { model.Observe(10 + (i % 6)); model.Forecast(ahead); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
