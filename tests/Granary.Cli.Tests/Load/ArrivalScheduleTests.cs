using Granary.Cli.Load;

namespace Granary.Cli.Tests.Load;

public sealed class ArrivalScheduleTests
{
    [Fact]
    public void EvenArrivalsDoNotDrift()
    {
        var schedule = ArrivalSchedule.Constant(3000);
        var last = 0L;
        for (var i = 0; i <= 3_000_000; i++) last = schedule.Next();
        Assert.InRange(last, 999_999_000, 1_000_001_000);
    }

    [Fact]
    public void RandomArrivalsKeepTheRateAndSpreadAsAPoissonProcessDoes()
    {
        var schedule = ArrivalSchedule.Poisson(1000, 5);
        var (previous, n) = (0L, 200_000);
        var gaps = new double[n];
        for (var i = 0; i < n; i++)
        {
            var at = schedule.Next();
            Assert.True(at >= previous);
            (gaps[i], previous) = (at - previous, at);
        }
        var mean = gaps.Average();
        Assert.InRange(mean, 980, 1020);
        // the standard deviation of an exponential gap is its mean; even gaps would have none
        Assert.InRange(Math.Sqrt(gaps.Average(g => (g - mean) * (g - mean))), 960, 1040);
    }

    [Fact]
    public void TheSameSeedGivesTheSameTimes()
    {
        long[] First(int seed)
        {
            var schedule = ArrivalSchedule.Poisson(100, seed);
            return [.. Enumerable.Range(0, 100).Select(_ => schedule.Next())];
        }

        Assert.Equal(First(9), First(9));
        Assert.NotEqual(First(9), First(10));
    }

    [Theory]
    [InlineData("submit=90,query=5,wait=3,cancel=2", 0.895, "Submit")]
    [InlineData("submit=90,query=5,wait=3,cancel=2", 0.905, "Query")]
    [InlineData("submit=90,query=5,wait=3,cancel=2", 0.999, "Cancel")]
    [InlineData("Query=1", 0.0, "Query")]
    [InlineData("submit=1,query=1", 0.9999999, "Query")]
    public void AMixGivesEachCallItsPart(string text, double draw, string call)
    {
        Assert.True(LoadMix.TryParse(text, out var mix));
        Assert.Equal(Enum.Parse<LoadCall>(call), mix.Choose(draw));
    }

    [Theory]
    [InlineData("")]
    [InlineData("submit")]
    [InlineData("submit=x")]
    [InlineData("submit=-1")]
    [InlineData("submit=0")]
    [InlineData("1=5")]
    [InlineData("fetch=1")]
    public void AMixThatIsNoneIsRefused(string text) => Assert.False(LoadMix.TryParse(text, out _));
}
