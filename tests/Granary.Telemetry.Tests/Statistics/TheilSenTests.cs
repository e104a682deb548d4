namespace Granary.Telemetry.Tests.Statistics;

public sealed class TheilSenTests
{
    [Fact]
    public void A_line_is_found_through_noise_and_outliers_and_its_interval_says_that_it_is_certain()
    {
        var random = new Random(5);
        List<(double, double)> points = [];
        for (var x = 0; x < 60; x++) points.Add((x, x % 5 == 3 ? 1000 : 10 + 2 * x + random.NextDouble()));
        var trend = TheilSen.Fit(points);
        Assert.InRange(trend.Slope, 1.8, 2.2);
        Assert.InRange(trend.At(30), 65, 76);
        Assert.True(trend.IsCertain);
        Assert.True(trend.Low <= trend.Slope && trend.Slope <= trend.High);
    }

    [Fact]
    public void Noise_without_a_direction_is_rarely_called_certain()
    {
        var certain = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            if (TheilSen.Fit([.. Enumerable.Range(0, 30).Select(x => ((double)x, random.NextDouble()))]).IsCertain) certain++;
        }
        Assert.InRange(certain, 1, 24); // 5 of 100 are expected
    }

    [Fact]
    public void Too_few_points_are_never_certain()
    {
        Assert.False(TheilSen.Fit([]).IsCertain);
        Assert.False(TheilSen.Fit([(1, 1)]).IsCertain);
        Assert.False(TheilSen.Fit([(1, 1), (2, 2), (3, 3)]).IsCertain);
    }
}
