using Granary.Scheduling.Overcommit;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>The upper quantile of measured use: between two readings the higher of them counts.</summary>
public sealed class MeasuredUseTests
{
    private const long History = 100 * Clock.Second;

    [Theory]
    // readings as "second:cores"; the quantile; what was not exceeded for that part of the last 100 s
    [InlineData("0:1 50:1", 0.95, null)]
    [InlineData("0:1 99:1", 0.95, null)]
    [InlineData("100:1", 0.95, null)]
    [InlineData("0:1 100:1", 0.95, 1L)]
    [InlineData("0:1 100:3", 0.95, 3L)]
    [InlineData("0:3 1:1 100:1", 0.95, 1L)]
    [InlineData("0:3 5:1 100:1", 0.95, 1L)]
    [InlineData("0:3 6:1 100:1", 0.95, 3L)]
    [InlineData("0:3 6:1 100:1", 1.0, 3L)]
    [InlineData("0:1 40:1 42:9 44:1 100:1", 0.95, 1L)]
    [InlineData("0:1 40:1 42:9 44:1 100:1", 1.0, 9L)]
    [InlineData("0:1 90:1 98:4 100:1", 0.9, 1L)]
    [InlineData("0:9 100:1 200:1", 0.95, 1L)]
    [InlineData("0:9 110:1 200:1", 0.95, 9L)]
    [InlineData("0:9 104:1 204:2 206:2", 0.5, 2L)]
    public void The_upper_quantile_is_by_time(string readings, double quantile, long? cores)
    {
        var use = new MeasuredUse();
        foreach (var reading in readings.Split(' '))
        {
            var parts = reading.Split(':');
            use.Add(new Reading(long.Parse(parts[0]) * Clock.Second, long.Parse(parts[1]), 10 * long.Parse(parts[1])), History);
        }
        use.Settle(History, quantile);
        Assert.Equal(cores is { } c ? (c, 10 * c) : null, use.Upper);
    }

    [Fact]
    public void What_is_kept_is_bounded_however_often_it_is_read()
    {
        var use = new MeasuredUse();
        for (var i = 0; i < 10_000; i++) use.Add(new Reading(i * Clock.Second / 4, i % 7, i % 5), History);
        Assert.InRange(use.Readings.Count, 2, 2 * MeasuredUse.Parts + 2);
        use.Settle(History, 1);
        Assert.Equal((6L, 4L), use.Upper);
    }

    [Fact]
    public void A_history_that_was_proved_wrong_begins_anew()
    {
        var use = new MeasuredUse();
        use.Add(new Reading(0, 1, 1), History);
        use.Add(new Reading(History, 8, 8), History);
        use.BeginAnew();
        use.Add(new Reading(History + Clock.Second, 1, 1), History);
        use.Settle(History, 0.95);
        Assert.Null(use.Upper);
        use.Add(new Reading(2 * History, 1, 1), History);
        use.Settle(History, 0.95);
        Assert.Equal((1L, 1L), use.Upper);
    }
}
