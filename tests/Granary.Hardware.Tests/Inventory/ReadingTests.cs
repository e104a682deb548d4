using System.Text.Json;
using Granary.Model;

namespace Granary.Hardware.Tests;

public sealed class ReadingTests
{
    [Fact]
    public void What_was_never_set_is_absent() => Assert.Equal((ReadingSource.Absent, 0L, "", false), (default(Reading<long>).Source, default(Reading<long>).Value, default(Reading<long>).Note, default(Reading<long>).IsKnown));

    public static TheoryData<string, string> Written => new()
    {
        { JsonSerializer.Serialize(Readings.Measured(8L)), """{"value":8,"source":"measured"}""" },
        { JsonSerializer.Serialize(Readings.Estimated(2.5, "a guess")), """{"value":2.5,"source":"estimated","note":"a guess"}""" },
        { JsonSerializer.Serialize(Readings.Absent<bool>("no file")), """{"source":"absent","note":"no file"}""" },
        { JsonSerializer.Serialize(Readings.Measured("x")), """{"value":"x","source":"measured"}""" },
        { JsonSerializer.Serialize(Readings.Measured(double.NaN)), """{"value":0,"source":"measured"}""" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Json_says_where_a_value_is_from(string written, string expected) => Assert.Equal(expected, written);

    [Fact]
    public void Json_is_read_again_and_what_is_unknown_in_it_is_skipped()
    {
        Assert.Equal(Readings.Estimated(7L, "n"), JsonSerializer.Deserialize<Reading<long>>("""{"later":[1,{"a":2}],"value":7,"source":"estimated","note":"n"}"""));
        Assert.Equal(Readings.Absent<string>(""), JsonSerializer.Deserialize<Reading<string>>("""{"value":"x","source":"of a later kind"}"""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Reading<long>>("7"));
    }

    [Fact]
    public void A_reading_of_something_derived_keeps_its_source()
    {
        Assert.Equal(Readings.Estimated(2L, "x"), Readings.Estimated(2048L, "x").As(v => v / 1024));
        Assert.Equal(Readings.Absent<string>("why"), Readings.Absent<long>("why").As(v => v.ToString()));
    }
}
