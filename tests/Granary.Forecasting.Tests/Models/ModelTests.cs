using Granary.Forecasting.Models.Intermittent;
using Granary.Forecasting.Models.Regression;
using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Models.Theta;

namespace Granary.Forecasting.Tests.Models;

/// <summary>Each method on a series made by its own law.</summary>
public sealed class ModelTests
{
    private static double Worst(double[] forecast, Func<int, double> truth) => forecast.Select((v, i) => Math.Abs(v - truth(i))).Max();

    [Theory]
    [InlineData("snaive")]
    [InlineData("ets")]
    [InlineData("mstl")]
    [InlineData("hwt")]
    [InlineData("ar")]
    [InlineData("nlinear")]
    [InlineData("dlinear")]
    public void A_season_without_noise_goes_on(string name)
    {
        double Truth(int i) => 100 + (20 * Math.Sin(i * Math.PI / 3)) + (5 * (i % 6 == 0 ? 1 : 0));
        Assert.InRange(Worst(Samples.Ahead(Samples.Models[name](), Samples.Series(144, Truth), 12), i => Truth(144 + i)), 0, 0.5);
    }

    [Theory]
    [InlineData("mstl")]
    [InlineData("hwt")]
    [InlineData("ar2")]
    public void Two_seasons_are_told_apart(string name)
    {
        double Truth(int i) => 50 + (10 * Math.Sin(i * Math.PI / 6)) + (i / 12 % 7 >= 5 ? -15 : 0);
        IForecastModel model = name switch
        {
            "mstl" => new SeasonalDecompositionModel([12, 84]),
            "hwt" => new MultipleSeasonalSmoothing([12, 84]),
            _ => new Autoregression([12, 84]),
        };
        Assert.InRange(Worst(Samples.Ahead(model, Samples.Series(84 * 6, Truth), 84), i => Truth((84 * 6) + i)), 0, 3);
    }

    /// <summary>Each row is a series made by a form, and the parts that the choice must find.</summary>
    [Theory]
    [InlineData(EtsTrend.None, EtsSeason.None)]
    [InlineData(EtsTrend.Additive, EtsSeason.None)]
    [InlineData(EtsTrend.None, EtsSeason.Additive)]
    [InlineData(EtsTrend.None, EtsSeason.Multiplicative)]
    public void The_automatic_choice_finds_the_parts_that_are_there(EtsTrend trend, EtsSeason season)
    {
        var random = new Random(11);
        double[] pattern = [0.5, 0.8, 1.2, 1.6, 1.1, 0.8];
        var level = 100.0;
        var series = Samples.Series(180, i =>
        {
            level += (trend == EtsTrend.None ? 0 : 2) + random.NextDouble() - 0.5;
            // levels that move a lot tell a season that is in proportion from one that is added
            if (season == EtsSeason.Multiplicative) level *= 1 + (0.2 * (random.NextDouble() - 0.5));
            var seasonal = season switch { EtsSeason.Additive => level + (20 * (pattern[i % 6] - 1)), EtsSeason.Multiplicative => level * pattern[i % 6], _ => level };
            return seasonal + random.NextDouble() - 0.5;
        });
        var model = new Ets(6);
        model.Fit(series);
        Assert.Equal(season, model.Form.Season);
        Assert.Equal(trend == EtsTrend.None, model.Form.Trend == EtsTrend.None);
    }

    [Fact]
    public void Fifteen_forms_are_admissible() => Assert.Equal(15, EtsForm.Admissible.Count);

    [Fact]
    public void A_smoothing_without_trend_or_season_is_the_recursion_of_the_textbook()
    {
        // l = l + a (y - l): from any start the forecast is between the last points, the same for every step ahead
        var forecast = Samples.Ahead(new Ets(1, new(EtsError.Additive, EtsTrend.None, EtsSeason.None)), [10, 12, 11, 13, 12, 12, 13, 11], 3);
        Assert.InRange(forecast[0], 11, 13);
        Assert.All(forecast, v => Assert.Equal(forecast[0], v, 12));
    }

    [Fact]
    public void Theta_goes_on_with_half_the_slope_of_the_line()
    {
        var random = new Random(1);
        var forecast = Samples.Ahead(new ClassicalTheta(), Samples.Series(60, i => 10 + (2 * i) + random.NextDouble()), 10);
        Assert.Equal(1, (forecast[9] - forecast[0]) / 9, 0.02);
        // the optimised one is free to follow the whole of it
        var optimised = Samples.Ahead(new DynamicTheta(), Samples.Series(60, i => 10 + (2 * i) + random.NextDouble()), 10);
        Assert.InRange((optimised[9] - optimised[0]) / 9, 1.5, 2.2);
    }

    [Fact]
    public void The_line_of_the_dynamic_theta_is_the_least_squares_line_of_all_points_so_far()
    {
        double[] values = [3, 1, 4, 1, 5, 9, 2, 6];
        var state = new ThetaState { Level = 3, Alpha = 0.3, Theta = 2 };
        foreach (var value in values) state.Observe(value);
        var (slope, intercept) = ClassicalDecomposition.Line(values);
        Assert.Equal(slope, state.Slope, 10);
        Assert.Equal(intercept - slope, state.Intercept, 10); // the line of the paper begins at 1
    }

    [Fact]
    public void Recursive_least_squares_ends_where_least_squares_does()
    {
        var random = new Random(2);
        var rls = new RecursiveLeastSquares(3, prior: 1e6);
        for (var i = 0; i < 200; i++)
        {
            double[] x = [1, random.NextDouble(), random.NextDouble()];
            rls.Update(x, 4 - (2 * x[1]) + (7 * x[2]));
        }
        Assert.Equal([4, -2, 7], rls.Weights.ToArray().Select(w => Math.Round(w, 4)));
    }

    [Fact]
    public void Forgetting_follows_weights_that_change()
    {
        var random = new Random(2);
        var rls = new RecursiveLeastSquares(1, forgetting: 0.95);
        for (var i = 0; i < 400; i++) rls.Update([1 + random.NextDouble()], i < 200 ? 3 : -3);
        Assert.True(rls.Predict([1.5]) < -2.5);
    }

    [Fact]
    public void Intermittent_demand_is_forecast_as_a_rate()
    {
        // 6 every third point: 2 a point; Croston's ratio is exact here and the correction takes 5% off
        var series = Samples.Series(90, i => i % 3 == 2 ? 6 : 0);
        Assert.Equal(2, Samples.Ahead(new Croston(unbiased: false), series, 1)[0], 0.001);
        Assert.Equal(1.9, Samples.Ahead(new Croston(), series, 1)[0], 0.001);
        Assert.InRange(Samples.Ahead(new TeunterSyntetosBabai(), series, 1)[0], 1.8, 2.2);
        // demand that has died out: only TSB hears of it
        var dead = series.Concat(new double[60]).ToArray();
        Assert.Equal(1.9, Samples.Ahead(new Croston(), dead, 1)[0], 0.001);
        Assert.InRange(Samples.Ahead(new TeunterSyntetosBabai(), dead, 1)[0], 0, 0.15);
    }

    [Fact]
    public void A_decomposition_adds_up_and_its_season_stands_still_where_the_series_does()
    {
        var series = Samples.Series(240, i => 10 + (3 * Math.Sin(i * Math.PI / 6)));
        var season = SeasonalTrendLoess.Decompose(series, [12])[0];
        Assert.All(Enumerable.Range(0, 240), i => Assert.Equal(3 * Math.Sin(i * Math.PI / 6), season[i], 0.1));
    }
}
