using Granary.Forecasting.Series;

namespace Granary.Forecasting.Tests.Series;

public sealed class SeriesCsvTests
{
    private static RegularSeries Read(string text, string? column = null) => SeriesCsv.Read(new StringReader(text), "f.csv", column);

    [Theory]
    [InlineData("1\n2\n3\n")]
    [InlineData("value\n1\n2\n3")]
    [InlineData("\"x\"\r\n\"1\"\r\n\"2\"\r\n\r\n\"3\"\r\n")]
    [InlineData("timestamp,value\n2026-05-01 00:00:00,1\n2026-05-01 00:05:00,2\n2026-05-01 00:10:00,3")]
    [InlineData("2026-05-01T00:00:00Z;1\n2026-05-01T02:05:00+02:00;2\n2026-05-01T00:10:00Z;3")]
    [InlineData("1700000000\t1\n1700000060\t2\n1700000120\t3")]
    [InlineData("1700000000000,1\n1700000060000,2\n1700000120000,3")]
    [InlineData("ds,host,value\n2026-05-01,a,1\n2026-05-02,a,2\n2026-05-03,a,3")]
    [InlineData("1\nNaN\n3")]
    [InlineData("timestamp,value\n2026-05-01 00:00:00,1\n2026-05-01 00:05:00,\n2026-05-01 00:10:00,3")]
    [InlineData("timestamp,value\n2026-05-01 00:10:00,3\n2026-05-01 00:05:00,2\n2026-05-01 00:00:00,1")]
    public void Files_of_many_habits_say_the_same(string text) => Assert.Equal([1, 2, 3], Read(text).Values);

    [Fact]
    public void A_column_can_be_named() => Assert.Equal([4, 5], Read("t,cpu,mem\n0,1,4\n1,2,5", "MEM").Values);

    [Theory]
    [InlineData("", "f.csv: no values")]
    [InlineData("value\n", "f.csv: no values")]
    [InlineData("5\n", "f.csv: 1 usable value of 1")]
    [InlineData("1\ntwo\n3", "f.csv:2: 'two' is no number")]
    [InlineData("1,2\n3", "f.csv:2: 1 columns where the first line has 2")]
    [InlineData("t,v\nyesterday,2\n", "f.csv:2: 'yesterday' is no time")]
    [InlineData("V1,V2,V3,V4\nH1,1,2,3", "f.csv:1: 4 columns; one series a file is expected")]
    [InlineData("1,2,3,4\n1,2,3,4", "f.csv:1: 4 columns; one series a file is expected")]
    [InlineData("1\n\0\n", "f.csv:2: this is no text")]
    public void What_is_wrong_is_said_with_the_place(string text, string message)
    {
        var said = Assert.Throws<SeriesException>(() => Read(text)).Message;
        Assert.StartsWith(message, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public void A_column_that_is_not_there_is_said_with_those_that_are() =>
        Assert.Contains("there are t, cpu, mem", Assert.Throws<SeriesException>(() => Read("t,cpu,mem\n0,1,4", "disk")).Message, StringComparison.Ordinal);
}
