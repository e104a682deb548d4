using Granary.Model;

namespace Granary.Hardware.Tests;

public sealed class WeeklyCalendarTests
{
    // an hour ahead of UTC, two from the last Sunday of March 02:00 to the last Sunday of October 03:00, as in the middle of Europe
    private static readonly TimeZoneInfo Middle = TimeZoneInfo.CreateCustomTimeZone("middle", TimeSpan.FromHours(1), "middle", "middle", "middle summer",
    [
        TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(new(2000, 1, 1), new(2099, 12, 31), TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
    ]);

    private static WeeklyCalendar Calendar(string text) => WeeklyCalendar.Parse(text, name => name == "middle" ? Middle : throw new TimeZoneNotFoundException(name));

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time + "Z", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("Mon-Fri 09:00-17:00 middle", "2026-01-05T07:59:59", false, "2026-01-05T08:00:00")] // a Monday in winter
    [InlineData("Mon-Fri 09:00-17:00 middle", "2026-01-05T08:00:00", true, "2026-01-05T16:00:00")]
    [InlineData("Mon-Fri 09:00-17:00 middle", "2026-07-06T07:00:00", true, "2026-07-06T15:00:00")] // and in summer
    [InlineData("Mon-Fri 09:00-17:00 middle", "2026-01-09T16:00:00", false, "2026-01-12T08:00:00")] // Friday evening to Monday
    [InlineData("Mon-Fri 09:00-17:00 middle", "2026-03-27T16:00:00", false, "2026-03-30T07:00:00")] // the clocks go forward meanwhile
    [InlineData("Mon-Fri 09:00-12:00, Mon-Fri 13:00-17:00", "2026-01-05T12:30:00", false, "2026-01-05T13:00:00")]
    [InlineData("Fri 22:00-06:00", "2026-01-10T05:59:00", true, "2026-01-10T06:00:00")] // Friday's night is on Saturday morning too
    [InlineData("Fri 22:00-06:00", "2026-01-09T05:00:00", false, "2026-01-09T22:00:00")]
    [InlineData("Sat-Mon 10:00-11:00", "2026-01-04T10:30:00", true, "2026-01-04T11:00:00")] // over the week's end
    [InlineData("Mon 18:00-24:00", "2026-01-05T23:59:00", true, "2026-01-06T00:00:00")]
    [InlineData("Sun 02:30-05:00 middle", "2026-03-29T00:30:00", false, "2026-03-29T01:00:00")] // 02:30 is skipped: it begins at 03:00
    [InlineData("daily 00:00-24:00", "2026-01-05T00:00:00", true, null)]
    public void Says_what_is_and_when_it_changes(string text, string at, bool there, string? change)
    {
        var calendar = Calendar(text);

        Assert.Equal((there, change is null ? null : Utc(change)), (calendar.AvailableAt(Utc(at)), calendar.NextChange(Utc(at))));
    }

    [Fact]
    public void Between_two_changes_nothing_changes()
    {
        string[] calendars = ["Mon-Fri 09:00-17:00 middle", "Fri 22:00-06:00 middle", "Sun 02:30-02:45 middle", "Sat 00:00-24:00, Tue 10:00-11:00 middle", "daily 23:59-00:01 middle"];
        foreach (var text in calendars)
        {
            var calendar = Calendar(text);
            var at = Utc("2026-03-20T00:00:00");
            while (at < Utc("2026-04-03T00:00:00"))
            {
                var next = calendar.NextChange(at)!.Value;
                Assert.NotEqual(calendar.AvailableAt(at), calendar.AvailableAt(next));
                for (var minute = at; minute < next; minute = minute.AddMinutes(7)) Assert.Equal(calendar.AvailableAt(at), calendar.AvailableAt(minute));
                Assert.Equal(calendar.AvailableAt(at), calendar.AvailableAt(next.AddTicks(-1)));
                at = next;
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mon-Fri")]
    [InlineData("Mon-Fri 9-17")]
    [InlineData("Mon-Fri 09:00-25:00")]
    [InlineData("Monday-Fri 09:00-17:00")]
    [InlineData("Mon-Wed-Fri 09:00-17:00")]
    [InlineData("Mon 09:00-17:00 UTC extra")]
    [InlineData("Mon 09:00-17:00 middle, Tue 09:00-10:00")]
    public void What_is_not_understood_is_refused_with_an_example(string text) =>
        Assert.Contains("'Mon-Fri 09:00-17:00 Europe/Berlin'", Assert.Throws<GranaryException>(() => Calendar(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_zone_that_is_not_there_is_named() =>
        Assert.Contains("no time zone 'Mars/Olympus'", Assert.Throws<GranaryException>(() => Calendar("Mon 09:00-17:00 Mars/Olympus")).Message, StringComparison.Ordinal);

    [Fact]
    public void Declared_resources_are_there_while_their_calendars_say_so()
    {
        var declared = DeclaredResource.Parse("reviewer=2 Mon-Fri 09:00-17:00; licence=10");
        var capacity = new ResourceSet { CpuMilli = 1000 };

        Assert.Equal("cpu=1,licence=10,reviewer=2", DeclaredResource.AddTo(capacity, declared, Utc("2026-01-05T10:00:00")).ToString());
        Assert.Equal("cpu=1,licence=10", DeclaredResource.AddTo(capacity, declared, Utc("2026-01-05T18:00:00")).ToString());
        Assert.Equal(Utc("2026-01-05T17:00:00"), DeclaredResource.NextChange(declared, Utc("2026-01-05T10:00:00")));
        Assert.Null(DeclaredResource.NextChange([], Utc("2026-01-05T10:00:00")));
    }

    [Theory]
    [InlineData("reviewer")]
    [InlineData("=2")]
    [InlineData("cpu=2")]
    [InlineData("a b=2")]
    [InlineData("reviewer=-1")]
    [InlineData("reviewer=two")]
    [InlineData("a=1; a=2")]
    public void What_declares_nothing_is_refused(string text) => Assert.Throws<GranaryException>(() => DeclaredResource.Parse(text));

    [Fact]
    public void A_pool_is_told_the_changes_of_the_next_two_weeks_as_moments()
    {
        var declared = DeclaredResource.Parse("reviewer=2 Mon-Fri 09:00-17:00 UTC; licence=10");
        var one = Assert.Single(DeclaredResource.Schedule(declared, Utc("2026-01-05T12:00:00"))!);
        Assert.Equal(("reviewer", 2000, true, "Mon-Fri 09:00-17:00 UTC"), (one.Name, one.Amount, one.Here, one.Calendar));
        Assert.Equal([Utc("2026-01-05T17:00:00"), Utc("2026-01-06T09:00:00"), Utc("2026-01-06T17:00:00")], one.Changes.Take(3));
        Assert.Equal(20, one.Changes.Count);
        Assert.Null(DeclaredResource.Schedule(DeclaredResource.Parse("licence=10"), Utc("2026-01-05T12:00:00")));
    }

    [Fact]
    public void At_most_a_node_has_who_is_away_too()
    {
        var node = new NodeSpec { Name = "n", Capacity = new() { CpuMilli = 1 }, Traits = new() { Declared = "reviewer=2 Mon 09:00-10:00 Nowhere/Known; licence=1" } };
        Assert.Equal(new Dictionary<string, long> { ["reviewer"] = 2000, ["licence"] = 1000 }, DeclaredResource.AtMost(node).Custom);
        Assert.Equal(node.Capacity, DeclaredResource.AtMost(node with { Traits = null }));
    }
}
