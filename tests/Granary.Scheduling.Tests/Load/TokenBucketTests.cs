using Granary.Model;
using Granary.Scheduling.Load;

namespace Granary.Scheduling.Tests.Load;

public class TokenBucketTests
{
    private const long Second = 1_000_000;

    /// <summary>Asks in order: at (s), for so many, and the wait in seconds that is told; 0 takes them.</summary>
    public static TheoryData<double, int, (double At, int Tokens, double Wait)[]> Tables => new()
    {
        { 10, 5, [(0, 5, 0), (0, 1, 0.1), (0.1, 1, 0), (0.1, 5, 0.5), (0.6, 5, 0)] },
        { 10, 5, [(0, 5, 0), (100, 5, 0), (100, 1, 0.1)] }, // no more than the burst is saved
        { 100, 500, [(0, 500, 0), (1, 100, 0), (1, 100, 1), (2, 100, 0)] },
        { 0.5, 1, [(0, 1, 0), (1, 1, 1), (2, 1, 0)] },
        { 10, 5, [(10, 5, 0), (5, 1, 0.1), (10, 1, 0.1), (10.1, 1, 0)] }, // a clock that goes back adds nothing
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Tokens_come_at_the_rate_up_to_the_burst(double perSecond, int burst, (double At, int Tokens, double Wait)[] asks)
    {
        var (bucket, rate) = (new TokenBucket(), new SubmitRate(perSecond, burst));
        foreach (var (at, tokens, wait) in asks)
        {
            var told = bucket.WaitFor(tokens, rate, (long)(at * Second));
            Assert.Equal(wait, told / (double)Second, 5);
            if (told == 0) bucket.Take(tokens);
        }
    }

    [Fact]
    public void More_than_the_burst_never_comes() => Assert.Equal(long.MaxValue, new TokenBucket().WaitFor(6, new SubmitRate(10, 5), 0));

    /// <summary>Whatever is asked when: over any time no more is let through than the burst and what the rate brought; who comes back when told is let through.</summary>
    [Fact]
    public void No_more_than_burst_and_rate_gets_through()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var rate = new SubmitRate(0.1 + random.NextDouble() * 1000, random.Next(1, 2000));
            var bucket = new TokenBucket();
            var (now, through) = (1L, 0L);
            for (var i = 0; i < 500; i++)
            {
                now += random.NextInt64(0, Second / 5);
                var tokens = random.Next(1, rate.Burst + 1);
                var wait = bucket.WaitFor(tokens, rate, now);
                if (wait > 0)
                {
                    if (random.Next(3) > 0) continue;
                    now += wait + 1;
                    Assert.Equal(0, bucket.WaitFor(tokens, rate, now));
                }
                bucket.Take(tokens);
                through += tokens;
                Assert.True(through <= rate.Burst + rate.PerSecond * now / Second + 1);
            }
        }
    }

    [Theory]
    [InlineData("100/s", 100)]
    [InlineData("90/m", 1.5)]
    [InlineData("3600/h", 1)]
    [InlineData("0.5/s", 0.5)]
    public void Rates_are_read_and_written(string text, double perSecond)
    {
        Assert.True(SubmitRate.TryParseRate(text, out var read));
        Assert.Equal(perSecond, read);
        Assert.True(SubmitRate.TryParseRate(new SubmitRate(read, 1).RateText(), out var again));
        Assert.Equal(read, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("100")]
    [InlineData("100/d")]
    [InlineData("0/s")]
    [InlineData("-1/s")]
    [InlineData("1e3/s")]
    [InlineData("2000000/s")]
    [InlineData("1/s/s")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(SubmitRate.TryParseRate(text, out _));
}
