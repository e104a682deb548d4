using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Placement.Scoring;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Placement;

/// <summary>Parts of plug-ins in a pool: they decide, and when they fail the built-in stands in.</summary>
public class CustomPartTests
{
    private static readonly PlacementParts Parts = new([new LastScore(), new BrokenScore(), new NotOnA(), new ShortestFirst(), new BrokenOrder()]);

    [Theory]
    [InlineData("last", "", "c", "")]
    [InlineData("broken", "", "a", "a plug-in failed")]
    [InlineData("last", "not-on-c", "b", "")]
    public void Scores_and_filters_decide(string score, string filter, string node, string note)
    {
        var pool = Pool(new PlacementPolicy { Score = score, Filters = filter.Length > 0 ? [filter] : null });
        pool.Submit(Make.Task("x"));
        pool.Decide();
        Assert.Equal(node, Assert.Single(pool.Starts).Assignment.Lease.Node);
        Assert.StartsWith(note, pool.Scheduler.Describe(pool.Now).Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shortest-first", "2 3 1")]
    [InlineData("broken-order", "1 2 3")]
    public void An_ordering_decides_who_goes_first(string order, string expected)
    {
        var pool = new VirtualPool(new SchedulerOptions().WithParts(Parts));
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = PoolStrategy.Fifo, Policy = new PoolPolicy { Placement = new PlacementPolicy { Order = order } } }, pool.Now, pool.Events, pool);
        pool.Submit(Make.Task("x", seconds: 30));
        pool.Submit(Make.Task("y", seconds: 1));
        pool.Submit(Make.Task("x", seconds: 2));
        pool.Node("n", Make.Cpu(1));
        pool.Run();
        Assert.Equal(expected, string.Join(' ', pool.Starts.Select(s => s.Assignment.Lease.Task.Number)));
    }

    [Fact]
    public void A_plug_in_that_is_gone_is_told_and_replays_come_out_the_same()
    {
        var pool = Pool(new PlacementPolicy { Score = "last" });
        pool.Submit(Make.Task("x"), 2);
        pool.Run();
        var without = new PoolScheduler("default", new SchedulerOptions());
        foreach (var e in pool.Events.Events) without.Apply(e, NoEffects.Instance);
        Assert.Equal(Laws.ReplayTests.Snapshot(pool.Scheduler), Laws.ReplayTests.Snapshot(without));
        Assert.Equal("score 'last' not loaded: the built-in stands in; load the plug-in and restart the server", without.Describe(pool.Now).Note);
    }

    [Fact]
    public void Two_parts_of_one_name_are_refused() =>
        Assert.StartsWith("score 'last' of ", Assert.Throws<GranaryException>(() => new PlacementParts([new LastScore(), new LastScore()])).Message, StringComparison.Ordinal);

    private static VirtualPool Pool(PlacementPolicy policy)
    {
        var pool = new VirtualPool(new SchedulerOptions().WithParts(Parts));
        pool.Node("a", Make.Cpu(2));
        pool.Node("b", Make.Cpu(4));
        pool.Node("c", Make.Cpu(8));
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Placement = policy } }, pool.Now, pool.Events, pool);
        return pool;
    }

    private sealed class LastScore : INodeScore
    {
        public string Name => "last";

        public double Score(in PlacementRequest request, in NodeCandidate node) => node.Spec.Name[0];
    }

    private sealed class BrokenScore : INodeScore
    {
        public string Name => "broken";

        public double Score(in PlacementRequest request, in NodeCandidate node) => throw new InvalidOperationException("never works");
    }

    private sealed class NotOnA : INodeFilter
    {
        public string Name => "not-on-c";

        public bool Admits(in PlacementRequest request, in NodeCandidate node) => node.Spec.Name != "c";
    }

    private sealed class ShortestFirst : IQueueOrder
    {
        public string Name => "shortest-first";

        public long KeyOf(in WaitingTask task) => task.Estimate.Ticks;

        public QueueRank RankOf(in WaitingAgent agent) => new(0, agent.First.Estimate.Ticks, agent.First.Number);
    }

    private sealed class BrokenOrder : IQueueOrder
    {
        public string Name => "broken-order";

        public long KeyOf(in WaitingTask task) => throw new InvalidOperationException("never works");

        public QueueRank RankOf(in WaitingAgent agent) => throw new InvalidOperationException("never works");
    }
}
