using Granary.Forecasting.Series;
using Granary.Forecasting.Tests.Models;

namespace Granary.Forecasting.Tests.Series;

public sealed class SeasonDetectionTests
{
    private static double Noise(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [Theory]
    [InlineData(7, 0.2)]
    [InlineData(12, 0.5)]
    [InlineData(24, 0.5)]
    [InlineData(288, 0.3)]
    public void One_season_in_noise_is_found(int season, double noise)
    {
        var random = new Random(1);
        Assert.Equal([season], SeasonDetection.Detect(Samples.Series(season * 8, i => Math.Sin(2 * Math.PI * i / season) + (noise * Noise(random)))));
    }

    [Fact]
    public void A_day_and_a_week_are_both_found_and_a_trend_does_not_hide_them()
    {
        var random = new Random(2);
        var series = Samples.Series(168 * 5, i => 500 + (0.3 * i) + (80 * Math.Sin(2 * Math.PI * i / 24)) - (i / 24 % 7 >= 5 ? 60 : 0) + (8 * Noise(random)));
        Assert.Equal([24, 168], SeasonDetection.Detect(series));
        Assert.Equal([24, 168], SeasonDetection.Detect(series, shortest: 24));
    }

    [Fact]
    public void What_does_not_repeat_has_no_season()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var level = 0.0;
            Assert.Empty(SeasonDetection.Detect(Samples.Series(600, _ => Noise(random))));
            Assert.Empty(SeasonDetection.Detect(Samples.Series(600, _ => level += Noise(random))));
        }
        Assert.Empty(SeasonDetection.Detect(Samples.Series(600, i => 3 + (2.0 * i))));
        Assert.Empty(SeasonDetection.Detect(Samples.Series(600, _ => 7)));
        Assert.Empty(SeasonDetection.Detect([1, 2]));
        Assert.Empty(SeasonDetection.Detect([]));
    }

    [Fact]
    public void Lambda_is_the_logarithm_where_the_spread_grows_with_the_level()
    {
        var series = Samples.Series(120, i => Math.Exp((0.03 * i) + (0.3 * Math.Sin(2 * Math.PI * i / 12))));
        Assert.InRange(BoxCox.Guerrero(series, 12).Lambda, 0, 0.1);
        foreach (var lambda in (double[])[0, 0.25, 0.5, 1])
            foreach (var value in (double[])[0.01, 1, 1234.5])
                Assert.Equal(value, new BoxCox(lambda).Back(new BoxCox(lambda).Forward(value)), value * 1e-9);
        Assert.Throws<ArgumentException>(() => BoxCox.Guerrero([1, 0, 1, 1], 2));
    }

    [Fact]
    public void The_autocorrelation_is_that_of_the_sums()
    {
        double[] values = [1, 3, 2, 5, 4, 1, 2];
        var mean = values.Average();
        double Sum(int lag) => Enumerable.Range(lag, values.Length - lag).Sum(i => (values[i] - mean) * (values[i - lag] - mean)) / (values.Length - lag);
        Assert.All(Enumerable.Range(1, 4), lag => Assert.Equal(Sum(lag) / Sum(0), Autocorrelation.Of(values, 4)[lag], 9));
    }
}
