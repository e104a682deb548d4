using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Gangs;

public sealed class GangTests
{
    internal static TaskSpec Gang(string agent, double cores = 1, double seconds = 10) =>
        Make.Task(agent, cores, seconds) with { Terms = new TaskTerms { Gang = true } };

    private static int Leases(VirtualPool pool, long first, int count) => Enumerable.Range(0, count)
        .Count(i => pool.Scheduler.Get(first + i, pool.Now) is { State: TaskState.Placed or TaskState.Running });

    [Fact]
    public void All_members_start_in_one_decision_and_know_each_others_nodes()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(2));
        pool.Node("b", Make.Cpu(3));
        pool.Submit(Make.Task("small", 2, 5));
        pool.Decide();
        pool.Submit(Gang("big"), 5);
        pool.Run(4);
        Assert.Single(pool.Starts);
        var waiting = pool.Scheduler.Get(3, pool.Now)!;
        Assert.Equal(TaskState.Queued, waiting.State);
        Assert.Contains("5 members start together", waiting.Reason, StringComparison.Ordinal);
        Assert.Contains("room for 3 now", waiting.Reason, StringComparison.Ordinal);
        pool.Run(6);
        var starts = pool.Starts.Skip(1).ToList();
        Assert.Equal(5, starts.Count);
        Assert.Single(starts.Select(s => s.At).Distinct());
        Assert.All(starts, s => Assert.Equal(["b", "b", "b", "a", "a"], s.Assignment.GangNodes!));
        var placed = pool.Events.Events.ToArray().Select((e, i) => (e, i)).Where(p => p.e.Kind == EventKind.Placed && p.e.Number > 1).Select(p => p.i).ToArray();
        Assert.Equal(placed[0] + 4, placed[^1]); // side by side in the journal
        pool.Run();
        Assert.Equal(6, pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    [Fact]
    public void A_gang_counts_as_a_whole_for_its_agents_limit()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(8));
        pool.Agent("a", limit: Make.Cpu(4));
        pool.Submit(Make.Task("a", 2, 5));
        pool.Submit(Gang("a"), 3);
        pool.Decide();
        Assert.Single(pool.Starts);
        Assert.Equal(WaitReason.Limit, pool.Scheduler.Get(2, pool.Now)!.WaitReason);
        pool.Run(5);
        Assert.Equal(4, pool.Starts.Count);
    }

    [Theory]
    [InlineData(5, "item 0: infeasible: a gang of 5, each cpu=2, starts together, and pool default holds 4 of them even when empty; use fewer members, ask for less or add nodes")]
    [InlineData(2000, "item 0: a gang of 2000 is too large; use up to 1024 members")]
    public void What_the_whole_pool_cannot_hold_is_refused(int members, string message)
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(5));
        pool.Node("b", Make.Cpu(5));
        Assert.Equal(message, Assert.Throws<GranaryException>(() => pool.Submit(Gang("x", 2), members)).Message);
    }

    [Fact]
    public void A_gang_over_the_limit_is_refused_with_what_would_help()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(50));
        pool.Agent("x", limit: Make.Cpu(3));
        Assert.Equal("item 0: a gang of 4 needs cpu=4 at once, which alone exceeds the limit of agent x, cpu=3; raise the limit or use fewer members",
            Assert.Throws<GranaryException>(() => pool.Submit(Gang("x"), 4)).Message);
    }

    [Fact]
    public void Whole_cores_are_rounded_up_when_admitted()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(4));
        pool.Submit(Make.Task("x", 1.25) with { Terms = new TaskTerms { WholeCores = true } });
        Assert.Equal(2000, pool.Scheduler.Get(1, pool.Now)!.Spec.Resources.CpuMilli);
    }

    [Fact]
    public void Items_that_differ_only_in_their_terms_do_not_share_them()
    {
        var pool = new VirtualPool();
        pool.Submit("", new SubmitItem(Gang("x")), new SubmitItem(Make.Task("x", seconds: 10)));
        Assert.True(pool.Scheduler.Get(1, pool.Now)!.Spec.Terms!.Gang);
        Assert.Null(pool.Scheduler.Get(2, pool.Now)!.Spec.Terms);
    }

    [Fact]
    public void One_failure_stops_all_uses_one_retry_and_all_start_again_together()
    {
        var pool = new VirtualPool { Ending = a => a is { Index: 1, Lease.Attempt: 1 } ? new ExitInfo { Code = 3, Cause = ExitCause.ExitCode } : new ExitInfo { Code = 0, Cause = ExitCause.Succeeded } };
        pool.RunTime = a => a is { Index: 1, Lease.Attempt: 1 } ? 2 * Clock.Second : 10 * Clock.Second;
        pool.Node("n", Make.Cpu(4));
        pool.Submit(Gang("x") with { Retries = 1, RetryBackoff = TimeSpan.FromSeconds(3) }, 4);
        pool.Run(3);
        Assert.Equal(0, Leases(pool, 1, 4));
        Assert.Equal(3, pool.Stops.Count);
        Assert.All(Enumerable.Range(1, 4), n => Assert.Equal(WaitReason.Backoff, pool.Scheduler.Get(n, pool.Now)!.WaitReason));
        pool.Run();
        Assert.Equal(4, pool.Final.Count(t => t is { State: TaskState.Succeeded, Attempt: 2 }));
        Assert.Equal(8, pool.Starts.Count);
    }

    [Fact]
    public void Members_that_fail_together_use_one_retry_together()
    {
        var pool = new VirtualPool { Ending = a => a.Lease.Attempt == 1 ? new ExitInfo { Code = 3, Cause = ExitCause.ExitCode } : new ExitInfo { Code = 0, Cause = ExitCause.Succeeded } };
        pool.Node("n", Make.Cpu(3));
        pool.Submit(Gang("x", seconds: 1) with { Retries = 1 }, 3);
        pool.Run();
        Assert.Equal(3, pool.Final.Count(t => t is { State: TaskState.Succeeded, Attempt: 2 }));
    }

    [Fact]
    public void Without_a_retry_left_one_failure_ends_the_gang()
    {
        var pool = new VirtualPool { Ending = a => new ExitInfo { Code = 3, Cause = ExitCause.ExitCode } };
        pool.RunTime = a => (1 + a.Index) * Clock.Second;
        pool.Node("n", Make.Cpu(3));
        pool.Submit(Gang("x"), 3);
        pool.Submit(Make.Task("x"), after: [2]);
        pool.Run();
        Assert.Equal([TaskState.Failed, TaskState.Cancelled, TaskState.Cancelled, TaskState.Cancelled], pool.Final.OrderBy(t => t.Id.Number).Select(t => t.State));
        Assert.Equal("task default/1 of its gang ended (exit code 3)", pool.Final.Single(t => t.Id.Number == 2).Reason);
        Assert.All(pool.Final, t => Assert.Equal(Clock.ToTime(VirtualPool.Start + Clock.Second), t.Finished));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cancelling_one_member_cancels_all(bool running)
    {
        var pool = new VirtualPool();
        if (running) pool.Node("n", Make.Cpu(3));
        pool.Submit(Gang("x"), 3);
        pool.Run(1);
        pool.Cancel(2);
        pool.Run(2);
        Assert.Equal(3, pool.Final.Count(t => t.State == TaskState.Cancelled));
        Assert.Equal(0, pool.Scheduler.LiveTasks);
    }

    [Fact]
    public void A_lost_node_stops_the_whole_gang_and_it_starts_again_elsewhere()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(2));
        pool.Node("b", Make.Cpu(2));
        pool.Submit(Gang("x"), 4);
        pool.Run(1);
        pool.Lose("a");
        pool.Run(2);
        Assert.Equal(0, Leases(pool, 1, 4));
        Assert.Equal(WaitReason.TooLarge, pool.Scheduler.Get(1, pool.Now)!.WaitReason);
        pool.Node("c", Make.Cpu(2));
        pool.Run();
        Assert.Equal(4, pool.Final.Count(t => t is { State: TaskState.Succeeded, Attempt: 2 }));
    }

    [Fact]
    public void Draining_one_node_takes_the_whole_gang_along()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(2));
        pool.Node("b", Make.Cpu(2));
        pool.Submit(Gang("x"), 3);
        pool.Run(1);
        pool.Scheduler.NodeChanged("b", NodeState.Draining, pool.Now, pool.Events, pool);
        pool.Run(2);
        Assert.Equal(0, Leases(pool, 1, 3));
        pool.Node("c", Make.Cpu(1));
        pool.Run();
        Assert.Equal(3, pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    [Fact]
    public void A_gang_waits_for_what_it_depends_on()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(3));
        pool.Submit("", new SubmitItem(Make.Task("x", seconds: 2)), new SubmitItem(Gang("x"), 3, AfterItems: [0]));
        pool.Run(1);
        Assert.Equal(WaitReason.Dependency, pool.Scheduler.Get(3, pool.Now)!.WaitReason);
        pool.Run();
        Assert.Equal(4, pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    [Fact]
    public void Two_gangs_never_hold_half_each()
    {
        var pool = new VirtualPool();
        for (var i = 0; i < 4; i++) pool.Node($"n{i}", Make.Cpu(2));
        for (var i = 0; i < 6; i++) pool.Submit(Gang($"g{i}", seconds: 3), 5);
        pool.Run();
        Assert.Equal(30, pool.Final.Count(t => t.State == TaskState.Succeeded));
        Assert.Equal(18, pool.Seconds, 3);
    }
}
