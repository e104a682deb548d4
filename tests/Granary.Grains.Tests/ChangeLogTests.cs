using Granary.Abstractions;
using Granary.Grains.Pools;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class ChangeLogTests
{
    private const long First = 1_000;

    [Fact]
    public void A_reader_gets_each_change_once_and_in_order()
    {
        var log = new ChangeLog(8, First);
        for (var i = 1; i <= 5; i++) log.Add(Change(i));
        var one = log.Read(First, most: 3);
        var two = log.Read(one.Cursor, most: 3);
        Assert.Equal([1, 2, 3], one.Changes.Select(c => c.Id.Number));
        Assert.Equal([4, 5], two.Changes.Select(c => c.Id.Number));
        Assert.Empty(log.Read(two.Cursor, most: 3).Changes);
        Assert.False(one.Gap || two.Gap);
    }

    [Theory]
    [InlineData(First - 1)] // from an earlier activation
    [InlineData(First)] // overwritten: the ring holds the last 4 of 6
    [InlineData(First + 1)]
    [InlineData(First + 7)] // never handed out
    public void A_reader_that_missed_something_is_told_so(long cursor)
    {
        var log = new ChangeLog(4, First);
        for (var i = 1; i <= 6; i++) log.Add(Change(i));
        var batch = log.Read(cursor, most: 10);
        Assert.True(batch.Gap);
        Assert.Equal(log.Cursor, batch.Cursor);
    }

    [Fact]
    public void The_oldest_change_still_held_is_no_gap()
    {
        var log = new ChangeLog(4, First);
        for (var i = 1; i <= 6; i++) log.Add(Change(i));
        var batch = log.Read(First + 2, most: 10);
        Assert.False(batch.Gap);
        Assert.Equal([3, 4, 5, 6], batch.Changes.Select(c => c.Id.Number));
    }

    [Fact]
    public void An_announcement_wakes_those_who_wait_and_not_those_who_come_later()
    {
        var log = new ChangeLog(4, First);
        var waiting = log.Arrival;
        Assert.False(waiting.IsCompleted);
        log.Add(Change(1));
        log.Announce();
        Assert.True(waiting.IsCompleted);
        Assert.False(log.Arrival.IsCompleted);
    }

    private static TaskChange Change(long number) =>
        new(new TaskId("p", number), "a", "", TaskState.Queued, "", "", 0, DateTimeOffset.UnixEpoch, null);
}
