using Granary.Memory.Leaks;

namespace Granary.Memory.Tests.Leaks;

public sealed class LeakTests
{
    /// <summary>What sizes do, and whether that is a leak.</summary>
    [Theory]
    [InlineData("steady", false)]
    [InlineData("noise", false)]
    [InlineData("saw", false)]
    [InlineData("jump", false)]
    [InlineData("falls", false)]
    [InlineData("warms up", false)]
    [InlineData("grows", true)]
    [InlineData("grows in noise", true)]
    [InlineData("grows under a saw", true)]
    [InlineData("grows in steps", true)]
    public void Only_what_keeps_growing_is_told(string shape, bool leak)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var (watch, random) = (new LeakWatch(), new Random(seed));
            for (var i = 0; i < 120; i++) watch.Observe(shape, i, Size(shape, i, random));
            Assert.True(leak == (watch.Suspects().Count == 1), $"{shape}, seed {seed}: {string.Join(", ", watch.Suspects())}");
        }
    }

    [Fact]
    public void The_fastest_comes_first_and_too_few_samples_tell_nothing()
    {
        var watch = new LeakWatch();
        for (var i = 0; i < 29; i++) watch.Observe("slow", i, 100 + i);
        Assert.Empty(watch.Suspects());
        for (var i = 29; i < 60; i++) watch.Observe("slow", i, 100 + i);
        for (var i = 0; i < 60; i++) watch.Observe("fast", i, 100 + 10 * i);
        // not later, or no number: passed over
        watch.Observe("fast", 3, 0);
        watch.Observe("fast", 61, double.NaN);
        Assert.Equal(["fast", "slow"], watch.Suspects().Select(s => s.Name));
        Assert.Equal(10, watch.Suspects()[0].Trend.PerSecond, 9);
        watch.Forget("fast");
        Assert.Equal("slow", Assert.Single(watch.Suspects()).Name);
    }

    [Fact]
    public void A_trend_is_not_moved_by_outliers()
    {
        double[] seconds = [.. Enumerable.Range(0, 40).Select(i => (double)i)], sizes = [.. seconds.Select(s => 5 + 2 * s)];
        (sizes[3], sizes[17], sizes[30]) = (1e9, -1e9, 1e12);
        Assert.Equal(2, GrowthTrend.Of(seconds, sizes).PerSecond, 9);
        Assert.Equal(default, GrowthTrend.Of(seconds.AsSpan(0, 3), sizes.AsSpan(0, 3)));
    }

    private static double Size(string shape, int i, Random random) => shape switch
    {
        "steady" => 100,
        "noise" => 100 + random.Next(40),
        "saw" => 100 + i % 10 * 10 + random.Next(5),
        "jump" => (i < 60 ? 100 : 300) + random.Next(20),
        "falls" => 300 - i + random.Next(20),
        "warms up" => 300 - 200 * Math.Exp(-i / 6.0) + random.Next(20),
        "grows" => 100 + i,
        "grows in noise" => 100 + i + random.Next(40),
        "grows under a saw" => 100 + i % 10 * 5 + i,
        _ => 100 + i / 10 * 10,
    };
}
