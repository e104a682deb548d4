using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Rebalancing;

/// <summary>Plans of a whole pool, shown and applied.</summary>
public sealed class RebalanceTests
{
    private static RebalancePlan Rebalance(VirtualPool pool, RebalanceKind kind, bool apply = false) =>
        pool.Scheduler.Rebalance(new RebalanceRequest(kind, apply), pool.Now, pool.Events, pool);

    /// <summary>Best fit has packed nodes that joined one after another.</summary>
    private static VirtualPool Uneven(int seed, int nodes)
    {
        var random = new Random(seed);
        var pool = new VirtualPool();
        for (var i = 0; i < nodes; i++)
        {
            pool.Node($"n{i:00}", Make.Resources(32, 128 * 1024));
            for (var t = random.Next(2, 28); t > 0; t--)
                pool.Submit(Make.Task($"a{random.Next(5)}", 0.5, 1000) with { Resources = Make.Resources(0.5 + random.Next(4) / 2.0, random.Next(1, 9) * 512) });
            pool.Run(pool.Seconds + 1);
        }
        return pool;
    }

    [Fact]
    public void A_plan_that_is_only_shown_changes_nothing()
    {
        var pool = Uneven(1, 6);
        var (events, snapshot) = (pool.Events.Count, ReplayTests.Snapshot(pool.Scheduler));
        foreach (var kind in Enum.GetValues<RebalanceKind>()) Assert.False(Rebalance(pool, kind).Applied);
        Assert.Equal(events, pool.Events.Count);
        Assert.Equal(snapshot, ReplayTests.Snapshot(pool.Scheduler));
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 20)]
    [InlineData(3, 40)]
    [InlineData(4, 40)]
    public void Load_based_brings_like_nodes_within_ten_per_cent_and_holds_what_it_showed(int seed, int nodes)
    {
        var pool = Uneven(seed, nodes);
        var running = pool.Running.Count;
        var plan = Rebalance(pool, RebalanceKind.LoadBased, apply: true);
        Assert.True(plan.SpreadBefore > 0.3, $"{plan.SpreadBefore:P1}");
        Assert.InRange(plan.SpreadAfter, 0, 0.10);
        Assert.True(plan.DeviationAfter < plan.DeviationBefore);
        var most = 0;
        pool.AfterStep = () => most = Math.Max(most, running - pool.Running.Count);
        pool.Run(pool.Seconds + 30);
        Assert.InRange(most, 0, PoolScheduler.MostMovesInFlight);
        var after = Rebalance(pool, RebalanceKind.LoadBased);
        Assert.Equal(plan.Nodes.Select(n => (n.Node, n.After)), after.Nodes.Select(n => (n.Node, n.Before)));
        Assert.Empty(after.Moves);
        Assert.Equal(plan.Moves.Select(m => m.Task).Distinct().Count(), pool.Running.Count(r => r.Lease.Attempt == 2));
    }

    [Fact]
    public void Consolidate_frees_nodes_and_says_which()
    {
        var pool = new VirtualPool();
        for (var i = 0; i < 4; i++)
        {
            pool.Node($"n{i}", Make.Cpu(8));
            pool.Submit(Make.Task("x", 6, 20));
            pool.Submit(Make.Task("y", 2, 1000));
            pool.Run(pool.Seconds + 0.1);
        }
        pool.Run(60);
        var plan = Rebalance(pool, RebalanceKind.Consolidate, apply: true);
        Assert.NotEmpty(plan.Freed);
        pool.Run(100);
        foreach (var name in plan.Freed) Assert.Equal(0, pool.Scheduler.Node(name)!.Value.Tasks);
    }

    [Fact]
    public void What_is_never_preempted_and_gangs_stay()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(8));
        pool.Submit(Make.Task("x", 2, 1000) with { Terms = new TaskTerms { NeverPreempted = true } }, 2);
        pool.Submit(Make.Task("x", 2, 1000) with { Terms = new TaskTerms { Gang = true } }, 2);
        pool.Run(1);
        pool.Node("b", Make.Cpu(8));
        foreach (var kind in Enum.GetValues<RebalanceKind>()) Assert.Empty(Rebalance(pool, kind).Moves);
    }

    [Fact]
    public void Priority_based_moves_the_important_to_the_empty_node()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(8));
        pool.Agent("vip", priorityClass: PriorityClass.High);
        pool.Submit(Make.Task("vip", 2, 1000));
        pool.Submit(Make.Task("x", 2, 1000), 3);
        pool.Run(1);
        pool.Node("b", Make.Cpu(8));
        var move = Assert.Single(Rebalance(pool, RebalanceKind.PriorityBased).Moves);
        Assert.Equal(("vip", "a", "b"), (move.Agent, move.From, move.To));
    }

    [Fact]
    public void A_plan_in_the_making_survives_a_restart_and_leaves_out_what_has_ended()
    {
        var pool = Uneven(2, 12);
        var plan = Rebalance(pool, RebalanceKind.LoadBased, apply: true);
        Assert.True(plan.Moves.Count > PoolScheduler.MostMovesInFlight);
        pool.Cancel(plan.Moves[^1].Task.Number);
        pool.Decide();
        pool.Scheduler = PoolScheduler.ReadSnapshot(ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        pool.Run(pool.Seconds + 30);
        var moved = plan.Moves.SkipLast(1).Select(m => m.Task).Distinct().Count(id => id != plan.Moves[^1].Task);
        Assert.Equal(moved, pool.Running.Count(r => r.Lease.Attempt == 2));

        var events = new EventBatch();
        EventCodec.Read(ReplayTests.Journal(pool.Events), events);
        var replayed = new PoolScheduler("default", pool.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        Assert.Equal(ReplayTests.Snapshot(pool.Scheduler), ReplayTests.Snapshot(replayed));
    }
}
