using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Nodes;

/// <summary>What comes to a node and goes from it by calendars: a pool waits for it, says until when, and promises it.</summary>
public sealed class CalendarTests
{
    private const long Hour = 3600 * Clock.Second;

    private readonly VirtualPool _pool = new();

    // two reviewers: away now, there from hour 10 to 18 and again from 34 to 42
    private void Office(bool here = false) => _pool.Node(new NodeSpec
    {
        Name = "office",
        Capacity = new() { CpuMilli = 4000, Custom = new Dictionary<string, long> { ["reviewer"] = here ? 2000 : 0 } },
        Traits = new() { Scheduled = [new("reviewer", 2000, "Mon-Fri 09:00-17:00", here, [.. new[] { 10, 18, 34, 42 }.Skip(here ? 1 : 0).Select(h => At(h * Hour))])] },
    });

    private static DateTimeOffset At(long after) => Clock.ToTime(VirtualPool.Start + after);

    private static TaskSpec Review(int reviewers = 1, double? deadlineHours = null, double hours = 1) => new()
    {
        Agent = "a",
        Command = ["review"],
        Resources = new() { Custom = new Dictionary<string, long> { ["reviewer"] = reviewers * 1000 } },
        Deadline = deadlineHours is { } d ? TimeSpan.FromHours(d) : null,
        Duration = TimeSpan.FromHours(hours),
    };

    [Fact]
    public void Who_is_away_is_waited_for_and_the_reason_says_until_when()
    {
        Office();
        _pool.Submit(Review());
        _pool.Decide();

        Assert.Empty(_pool.Starts);
        var waiting = _pool.Scheduler.Explain(1, _pool.Now)!;
        Assert.Equal(WaitReason.Capacity, waiting.Reason);
        Assert.Matches("^needs reviewer=1; reviewer of node office is there Mon-Fri 09:00-17:00, again from .+, in 10h$", waiting.Evidence);
        Assert.Equal("wait, or add a node that has reviewer now", waiting.NextStep);

        _pool.Now += 10 * Hour;
        Office(here: true);
        _pool.Decide();
        Assert.Single(_pool.Starts);
    }

    [Fact]
    public void More_than_there_ever_are_is_refused()
    {
        Office();
        var error = Assert.Throws<GranaryException>(() => _pool.Submit(Review(reviewers: 3)));
        Assert.Contains("infeasible: needs reviewer=3; the largest node office has reviewer=2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(11.5, true)] // ten hours away, an hour's work, and what a promise keeps spare
    [InlineData(10, false)]
    [InlineData(5, false)]
    public void A_deadline_is_promised_when_office_hours_allow_it(double deadline, bool kept)
    {
        Office();
        var reply = _pool.Submit(Review(deadlineHours: deadline));
        Assert.Equal(kept ? 0 : 1, reply.Rejected.Count);
        if (!kept) Assert.Equal(At(11 * Hour), reply.Rejected[0].EarliestFinish);
    }

    [Fact]
    public void Nothing_is_promised_past_the_end_of_the_day()
    {
        Office(here: true);
        _pool.Now = VirtualPool.Start + (12 * Hour);
        // six hours are left today, and eight on the next
        Assert.Empty(_pool.Submit(Review(hours: 5, deadlineHours: 20)).Rejected);
        var late = _pool.Submit(Review(reviewers: 2, hours: 7, deadlineHours: 20));
        Assert.Equal(At(41 * Hour), Assert.Single(late.Rejected).EarliestFinish);
    }

    [Fact]
    public void A_snapshot_keeps_the_calendar()
    {
        Office();
        var snapshot = new System.Buffers.ArrayBufferWriter<byte>();
        _pool.Scheduler.WriteSnapshot(snapshot);
        _pool.Scheduler = PoolScheduler.ReadSnapshot(snapshot.WrittenSpan, new SchedulerOptions());
        _pool.Submit(Review());
        _pool.Decide();
        Assert.Contains("in 10h", _pool.Scheduler.Explain(1, _pool.Now)!.Evidence, StringComparison.Ordinal);
    }
}
