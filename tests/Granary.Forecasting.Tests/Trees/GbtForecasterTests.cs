using Granary.Forecasting.Tests.Neural;
using Granary.Forecasting.Trees;

namespace Granary.Forecasting.Tests.Trees;

public sealed class GbtForecasterTests
{
    [Fact]
    public void It_beats_the_simple_forecast_where_lags_tell_more()
    {
        var series = Signals.Daily(1500, 4);
        var model = new GbtForecaster([24]);
        model.Fit(series.AsSpan(0, 1200));
        var (mine, naive, one) = (0.0, 0.0, new double[1]);
        for (var t = 1200; t < 1500; t++)
        {
            model.Forecast(one);
            mine += Math.Abs(one[0] - series[t]);
            naive += Math.Min(Math.Abs(series[t - 24] - series[t]), double.MaxValue);
            model.Observe(series[t]);
        }
        // the next value's own noise has a deviation of 1, that of two days 2.4
        Assert.True(mine < 0.55 * naive, $"error {mine:0} against {naive:0} of the seasonal naive");
    }

    [Fact]
    public void A_chaotic_map_is_learned_from_its_last_value()
    {
        // the logistic map at 3.9: the next value is 3.9 x (1 - x), which no linear model of lags knows
        var series = new double[1000];
        series[0] = 0.4;
        for (var n = 1; n < series.Length; n++) series[n] = 3.9 * series[n - 1] * (1 - series[n - 1]);
        var model = new GbtForecaster(options: new() { MaxTrees = 400 });
        model.Fit(series.AsSpan(0, 900));
        var (error, one) = (0.0, new double[1]);
        for (var t = 900; t < 1000; t++)
        {
            model.Forecast(one);
            error += Math.Abs(one[0] - series[t]) / 100;
            model.Observe(series[t]);
        }
        Assert.True(error < 0.03, $"mean error {error:0.000} of values between 0 and 1");
    }

    [Fact]
    public void A_forecast_allocates_nothing_once_it_was_as_long()
    {
        var model = new GbtForecaster([24]);
        model.Fit(Signals.Daily(300, 1));
        var horizon = new double[48];
        model.Forecast(horizon);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 200; n++)
        {
            model.Observe(n);
            model.Forecast(horizon);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Asking_changes_nothing()
    {
        var (asked, silent) = (new GbtForecaster([24]), new GbtForecaster([24]));
        var series = Signals.Daily(300, 1);
        var (a, b) = (new double[200], new double[30]);
        asked.Fit(series);
        silent.Fit(series);
        for (var n = 0; n < 100; n++)
        {
            asked.Forecast(a);
            asked.Observe(n);
            silent.Observe(n);
        }
        asked.Forecast(a);
        silent.Forecast(b);
        Assert.Equal(a[..30], b);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e305, 1)]
    [InlineData(1e-320, 1)]
    [InlineData(1, 1e300)]
    public void No_odd_series_makes_a_number_that_is_not_finite(double scale, double spike)
    {
        var model = new GbtForecaster([24]);
        model.Fit([.. Signals.Daily(200, 1).Select((v, n) => n % 37 == 0 ? spike : v * scale)]);
        var horizon = new double[60];
        foreach (var value in new[] { 0, double.MaxValue, double.MinValue, -1 })
        {
            model.Observe(value);
            model.Forecast(horizon);
            Assert.All(horizon, h => Assert.True(double.IsFinite(h)));
        }
    }

    [Fact]
    public void Histories_that_cannot_be_used_are_refused_by_what_is_wrong()
    {
        var model = new GbtForecaster();
        Assert.Contains("needs 25", Assert.Throws<ArgumentException>(() => model.Fit(new double[24])).Message);
        Assert.Contains("point 2", Assert.Throws<ArgumentException>(() => model.Fit([0, double.NaN, .. new double[30]])).Message);
        Assert.Throws<InvalidOperationException>(() => model.Forecast(new double[1]));
        model.Fit(new double[25]);
        Assert.Throws<ArgumentException>(() => model.Observe(double.NaN));
    }
}
