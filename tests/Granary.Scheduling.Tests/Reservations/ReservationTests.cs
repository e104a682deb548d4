using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Reservations;

public class ReservationTests
{
    [Fact]
    public void A_reserved_agents_task_starts_at_once_in_its_window_under_a_flood()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(4));
        pool.Agent("flood", priorityClass: PriorityClass.Critical);
        Assert.NotNull(pool.Reserve("safety", Make.Cpu(2), from: 10, seconds: 20).Reservation);
        pool.Submit(Make.Task("flood", seconds: 3), 200);
        pool.At(15, () => pool.Submit(Make.Task("safety", cores: 2, seconds: 4)));
        pool.Run(60);
        Assert.Equal(15, StartOf(pool, "safety"));
        Assert.All(pool.Starts.Where(s => s.Assignment.Spec.Agent == "flood" && Second(s.At) >= 8 && Second(s.At) < 27),
            s => Assert.True(RunningAt(pool, "flood", s.At) <= 2, $"the flood has more than its half at {Second(s.At)} s"));
        Assert.Equal(4, RunningAt(pool, "flood", VirtualPool.Start + (long)(5.5 * Clock.Second))); // before the window all of it is used
        Assert.Equal(4, RunningAt(pool, "flood", VirtualPool.Start + 35 * Clock.Second)); // and after it again
    }

    [Fact]
    public void What_ends_before_the_window_backfills_and_what_does_not_waits_with_the_reason()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        pool.Reserve("a", Make.Cpu(2), from: 10, seconds: 10);
        pool.Submit(Make.Task("b", seconds: 9));
        pool.Submit(Make.Task("b", seconds: 11));
        pool.Run(1);
        Assert.Equal([1], pool.Starts.Select(s => s.Assignment.Lease.Task.Number));
        Assert.Equal(WaitReason.Reserved, pool.Scheduler.Explain(2, pool.Now)!.Reason);
        pool.Run(12);
        var waiting = pool.Scheduler.Explain(2, pool.Now)!;
        Assert.Equal(WaitReason.Reserved, waiting.Reason);
        Assert.Contains("reserved for agent a until", waiting.Evidence);
        Assert.Contains("granary unreserve default/r1", waiting.NextStep);
        pool.Run();
        Assert.Equal(20, Second(pool.Starts[^1].At));
    }

    [Fact]
    public void A_refusal_says_what_is_available_and_when_it_would_fit()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(4));
        pool.Submit(Make.Task("b", cores: 3, seconds: 100));
        pool.Run(1);
        var refused = pool.Reserve("a", Make.Cpu(2), from: 50, seconds: 60);
        Assert.Null(refused.Reservation);
        Assert.Equal("cannot reserve cpu=2 for agent a: at most cpu=1 free from 2023-11-14T22:14:10Z to 2023-11-14T22:15:10Z; "
            + "the earliest window that fits begins at 2023-11-14T22:15:00Z", refused.Error);
        Assert.Equal(Make.Cpu(1), refused.Available);
        Assert.Equal(Clock.ToTime(VirtualPool.Start + 100 * Clock.Second), refused.EarliestStart);
        Assert.NotNull(pool.Reserve("a", Make.Cpu(2), from: 100, seconds: 60).Reservation);
        Assert.Null(pool.Reserve("c", Make.Cpu(3), from: 120, seconds: 10).Reservation);
        Assert.NotNull(pool.Reserve("c", Make.Cpu(2), from: 120, seconds: 10).Reservation);
    }

    [Fact]
    public void It_is_spread_over_nodes_when_no_single_one_has_it()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Resources(4, 4096));
        pool.Node("n2", Make.Resources(2, 2048));
        var reply = pool.Reserve("a", Make.Resources(6, 6144), from: 5, seconds: 10);
        Assert.Equal([new("n1", Make.Resources(4, 4096)), new("n2", Make.Resources(2, 2048))], reply.Reservation!.Pieces);
        var small = pool.Reserve("a", Make.Resources(2, 1024), from: 20, seconds: 10);
        Assert.Equal("n2", Assert.Single(small.Reservation!.Pieces).Node); // the one left with the least
        pool.At(6, () => pool.Submit(Make.Task("a", cores: 2, seconds: 1), 3));
        pool.Submit(Make.Task("b", seconds: 1), 100);
        pool.Run(8);
        Assert.Equal(3, pool.Starts.Count(s => s.Assignment.Spec.Agent == "a" && Second(s.At) == 6));
    }

    [Fact]
    public void A_recurring_one_holds_every_window_and_nothing_between()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        var made = pool.Reserve("a", Make.Cpu(1), from: 10, seconds: 5, every: 20, count: 3).Reservation!;
        Assert.Equal((3, ReservationState.Upcoming), (made.Windows, made.State));
        pool.Submit(Make.Task("b", seconds: 5), 20);
        var states = new List<string>();
        foreach (var second in new[] { 5, 12, 17, 32, 52, 58 })
            pool.At(second, () => states.Add(string.Join(' ', pool.Scheduler.Reservations(pool.Now).Select(r => $"{r.State} {r.WindowsOver}"))));
        pool.Run();
        Assert.Equal(["Upcoming 0", "Active 0", "Upcoming 1", "Active 1", "Active 2", "Ended 3"], states);
        Assert.Equal([0, 5, 15, 20, 25, 35, 40, 45, 55], pool.Starts.Select(s => Second(s.At)).Take(9));
    }

    [Fact]
    public void Giving_it_up_lets_others_in_at_once()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Reserve("a", Make.Cpu(1), from: 0, seconds: 100);
        pool.Submit(Make.Task("b", seconds: 1));
        pool.Run(5);
        Assert.Empty(pool.Starts);
        var ended = pool.Scheduler.Unreserve(1, pool.Now, pool.Events, pool);
        Assert.Equal((ReservationState.Ended, "given up"), (ended.State, ended.Note));
        pool.Run();
        Assert.Equal(5, StartOf(pool, "b"));
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => pool.Scheduler.Unreserve(1, pool.Now, pool.Events, pool)).Code);
    }

    [Fact]
    public void What_is_lost_with_a_node_moves_to_others_or_is_said_not_to_be_kept()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(4));
        pool.Node("n2", Make.Cpu(2));
        pool.Reserve("a", Make.Cpu(4), from: 100, seconds: 50);
        Assert.Equal("n1", Assert.Single(pool.Scheduler.Reservations(pool.Now)[0].Pieces).Node);
        pool.Lose("n1");
        pool.Decide();
        var short_ = pool.Scheduler.Reservations(pool.Now)[0];
        Assert.Equal((Make.Cpu(2), "n2"), (short_.Missing, Assert.Single(short_.Pieces).Node));
        Assert.Equal("cpu=2 of it cannot be kept since node n1 is lost; add a node, or reserve it anew", short_.Note);
        pool.Node("n3", Make.Cpu(8));
        pool.Decide();
        var whole = pool.Scheduler.Reservations(pool.Now)[0];
        Assert.Equal((ResourceSet.Zero, ""), (whole.Missing, whole.Note));
        Assert.Equal(4000, whole.Pieces.Sum(p => p.Resources.CpuMilli));
    }

    [Fact]
    public void It_survives_a_restart_in_the_middle_of_its_window()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        pool.Reserve("a", Make.Cpu(1), from: 5, seconds: 20);
        pool.Submit(Make.Task("b", seconds: 2), 50);
        pool.Run(10);
        var before = pool.Scheduler.Reservations(pool.Now);
        pool.Scheduler = PoolScheduler.ReadSnapshot(ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        Assert.Equivalent(before, pool.Scheduler.Reservations(pool.Now));
        pool.At(12, () => pool.Submit(Make.Task("a", seconds: 3)));
        pool.Run(40);
        Assert.Equal(12, StartOf(pool, "a"));
    }

    [Fact]
    public void Repeating_an_operation_gives_the_reservation_that_it_made()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        var first = pool.Reserve("a", Make.Cpu(2), 10, 10, operation: "op");
        var again = pool.Reserve("a", Make.Cpu(2), 10, 10, operation: "op");
        Assert.Equal(first.Reservation!.Id, again.Reservation!.Id);
        Assert.Single(pool.Scheduler.Reservations(pool.Now));
    }

    [Fact]
    public void A_promise_of_its_agent_may_be_kept_within_the_window_but_nobody_elses()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Reserve("a", Make.Cpu(1), from: 0, seconds: 100);
        pool.Decide();
        Assert.Single(pool.Submit(Make.Task("b", seconds: 5, deadline: 50)).Rejected);
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 50)).Rejected);
        Assert.Empty(pool.Submit(Make.Task("b", seconds: 5, deadline: 105)).Rejected);
        pool.Run();
        Assert.Equal([0, 100], pool.Starts.Select(s => Second(s.At)));
    }

    [Theory]
    [InlineData(0, 10, 0, 0, "it names no resources")]
    [InlineData(1, 0, 0, 0, "a window of 0s is not valid")]
    [InlineData(1, 10, 5, 0, "every 5s is less than its length of 10s")]
    [InlineData(1, 10, 0, 3, "3 windows need a distance")]
    [InlineData(1, 10, 20, 1001, "1001 windows are not valid")]
    public void Wrong_ones_are_invalid(double cores, double seconds, double every, int count, string says)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        var error = Assert.Throws<GranaryException>(() => pool.Reserve("a", Make.Cpu(cores), 10, seconds, every, count));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(says, error.Message);
    }

    private static double Second(long at) => (at - VirtualPool.Start) / (double)Clock.Second;

    private static double StartOf(VirtualPool pool, string agent) => Second(pool.Starts.Single(s => s.Assignment.Spec.Agent == agent).At);

    private static int RunningAt(VirtualPool pool, string agent, long at) => pool.Starts.Count(s =>
        s.Assignment.Spec.Agent == agent && s.At <= at && s.At + Clock.ToMicros(s.Assignment.Spec.Duration!.Value) > at);
}
