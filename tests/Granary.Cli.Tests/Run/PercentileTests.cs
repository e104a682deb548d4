using Granary.Cli.Run;

namespace Granary.Cli.Tests.Run;

public sealed class PercentileTests
{
    [Theory]
    [InlineData(new double[0], 0.5, 0)]
    [InlineData(new[] { 7.0 }, 0.5, 7)]
    [InlineData(new[] { 7.0 }, 0.95, 7)]
    [InlineData(new[] { 1.0, 2.0 }, 0.5, 1)]
    [InlineData(new[] { 1.0, 2.0, 3.0 }, 0.5, 2)]
    [InlineData(new[] { 1.0, 2.0, 3.0, 4.0 }, 0.95, 4)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, 0.95, 19)]
    [InlineData(new[] { 1.0, 2, 3 }, 1.0, 3)]
    public void It_is_the_nearest_rank(double[] seconds, double fraction, double expected) => Assert.Equal(
        TimeSpan.FromSeconds(expected), Percentile.Of([.. seconds.Select(TimeSpan.FromSeconds)], fraction));
}
