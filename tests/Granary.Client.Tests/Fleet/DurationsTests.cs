using FsCheck;
using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Client.Tests;

public class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData(" 0s ", 0)]
    public void Reads(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration, out var error), error);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5")]
    [InlineData("5x")]
    [InlineData("5 s")]
    [InlineData("-5s")]
    [InlineData("1.2.3s")]
    [InlineData("30s5m")]
    [InlineData("5s5s")]
    [InlineData("5s5")]
    [InlineData("1e3s")]
    [InlineData("99999999999999999999999999999999s")]
    [InlineData("3651d")]
    [InlineData("5S")]
    public void Refuses(string text)
    {
        Assert.False(Durations.TryParse(text, out _, out var error));
        Assert.DoesNotContain('\n', error);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(500, "500ms")]
    [InlineData(60_000, "1m")]
    [InlineData(90_000, "90s")]
    [InlineData(86_400_000, "1d")]
    public void Formats(long milliseconds, string text) => Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void What_was_formatted_reads_back() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
        Gen.OneOf(Gen.Choose(0, int.MaxValue).Select(n => (long)n), Gen.Choose(0, int.MaxValue).Select(n => n * 1_000_000L)).ToArbitrary(),
        ticks => Durations.TryParse(Durations.Format(TimeSpan.FromTicks(ticks)), out var back, out _) && back.Ticks == ticks));

    [Theory]
    [InlineData("64Ki", 65536)]
    [InlineData("1000", 1000)]
    [InlineData("1.5k", 1500)]
    [InlineData("0", 0)]
    public void Sizes_read(string text, long bytes)
    {
        Assert.True(Quantity.TryParseBytes(text, out var read, out _));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("-1")]
    [InlineData("9999999Pi")]
    public void Sizes_that_are_none_are_refused(string text) => Assert.False(Quantity.TryParseBytes(text, out _, out _));
}
