using Granary.Cli.Load;

namespace Granary.Cli.Tests.Load;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void PercentilesAreNeverBelowTheTruthAndLittleAbove()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var histogram = new LatencyHistogram();
            var values = new long[random.Next(1, 2000)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = random.NextInt64(0, 1L << random.Next(1, 62));
                histogram.Add(values[i]);
            }
            Array.Sort(values);
            foreach (var fraction in new[] { 0.001, 0.5, 0.9, 0.99, 0.999, 1 })
            {
                var truth = values[Math.Max(0, (int)Math.Ceiling(fraction * values.Length) - 1)];
                var read = histogram.Percentile(fraction);
                Assert.InRange(read, truth, truth + (long)(truth * LatencyHistogram.RelativeError) + 1);
            }
            Assert.Equal(values[^1], histogram.Max);
            Assert.Equal(values.Length, histogram.Count);
        }
    }

    [Fact]
    public void SmallValuesAreExact()
    {
        for (var value = 0L; value < 256; value++)
        {
            var histogram = new LatencyHistogram();
            histogram.Add(value);
            histogram.Add(1_000_000);
            Assert.Equal(value, histogram.Percentile(0.5));
        }
    }

    [Fact]
    public void TwoAddUpToWhatOneWouldHaveBeen()
    {
        var random = new Random(3);
        var (left, right, whole) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        for (var i = 0; i < 5000; i++)
        {
            var value = random.NextInt64(0, 10_000_000);
            (i % 3 == 0 ? left : right).Add(value);
            whole.Add(value);
        }
        left.Add(right);
        Assert.Equal(LatencyFigures.Of(whole), LatencyFigures.Of(left));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MaxValue)]
    public void TheEndsOfTheRangeAreHeld(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(value);
        Assert.Equal(Math.Max(0, value), histogram.Percentile(1));
        Assert.Equal(0, new LatencyHistogram().Percentile(0.99));
    }
}
