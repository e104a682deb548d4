using Granary.Cli.Load.Steady;
using Granary.Telemetry;

namespace Granary.Cli.Tests.Load;

public sealed class FlatnessTests
{
    private static readonly FlatnessBound Memory = new("resident memory", "MiB", 0.10, 16);

    [Theory]
    [InlineData(0.0, true)]
    [InlineData(0.02, true)] // 12 MiB in ten minutes
    [InlineData(0.2, false)] // 120 MiB
    [InlineData(-1.0, true)] // what shrinks is no leak
    public void GrowthBeyondTheBoundIsFound(double perSecond, bool flat)
    {
        var random = new Random(4);
        List<(double, double)> samples = [];
        for (var t = 0; t < 600; t += 5) samples.Add((t, 200 + perSecond * t + random.NextDouble() * 10 - 5));
        var result = FlatnessCheck.Check(samples, Memory);
        Assert.Equal(flat, result.Flat);
        Assert.InRange(result.Growth, perSecond * 600 - 6, perSecond * 600 + 6);
    }

    [Fact]
    public void SpikesAndASawtoothAreNoGrowth()
    {
        var random = new Random(8);
        List<(double, double)> samples = [];
        for (var t = 0; t < 600; t += 5) samples.Add((t, random.Next(5) == 0 ? 900 : 150 + t / 5 % 7 * 8));
        Assert.True(FlatnessCheck.Check(samples, Memory).Flat);
    }

    [Fact]
    public void WhatFillsUpWhileWarmingIsNotLookedAt()
    {
        List<(double, double)> samples = [];
        for (var t = 0; t < 600; t += 5) samples.Add((t, t < 140 ? 50 + t : 190));
        Assert.Equal(0, FlatnessCheck.Check(samples, Memory).Growth);
    }

    [Fact]
    public void ASlowLeakUnderSpikesIsFound()
    {
        var random = new Random(8);
        List<(double, double)> samples = [];
        for (var t = 0; t < 600; t += 5) samples.Add((t, 150 + t * 0.15 + (random.Next(6) == 0 ? 400 : 0)));
        Assert.False(FlatnessCheck.Check(samples, Memory).Flat);
    }

    [Fact]
    public void TheSlopeIsTheMedianOfAllPairs()
    {
        Assert.Equal(2, TheilSen.Slope([(0, 1), (1, 3), (2, 5), (3, 1000), (4, 9), (5, 11)]), 6);
        Assert.Equal(0, TheilSen.Slope([(1, 5)]));
        Assert.Equal(0, TheilSen.Slope([(1, 5), (1, 9)]));
        Assert.Equal(2.5, TheilSen.Median([4, 1, 3, 2]));
    }
}
