using Granary.Cli.Output;

namespace Granary.Cli.Tests.Output;

public sealed class SpansTests
{
    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(200, "3m20s")]
    [InlineData(600, "10m")]
    [InlineData(3 * 3600 - 1, "179m")]
    [InlineData(5 * 3600 + 600, "5h10m")]
    [InlineData(30 * 3600, "30h")]
    [InlineData(4 * 86400 + 6 * 3600, "4d6h")]
    [InlineData(90 * 86400, "90d")]
    [InlineData(800 * 86400, "2y70d")]
    public void Ages_are_coarser_the_longer(long seconds, string expected) => Assert.Equal(expected, Spans.Age(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(4, "4ms")]
    [InlineData(99, "99ms")]
    [InlineData(100, "0.10s")]
    [InlineData(420, "0.42s")]
    [InlineData(9994, "9.99s")]
    [InlineData(9999, "10.0s")]
    [InlineData(12_340, "12.3s")]
    [InlineData(125_000, "2m05s")]
    [InlineData(3_599_600, "1h00m")]
    [InlineData(11_220_000, "3h07m")]
    public void Lengths_have_three_digits(long milliseconds, string expected) =>
        Assert.Equal(expected, Spans.Took(TimeSpan.FromMilliseconds(milliseconds)));
}
