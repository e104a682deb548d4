using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>The pool's grace goes with the order to stop, and only with one for another task's sake.</summary>
public sealed class GraceTests
{
    [Theory]
    [InlineData(20.0)]
    [InlineData(0.0)]
    [InlineData(null)]
    public void What_is_stopped_for_another_has_the_pools_grace(double? seconds)
    {
        var pool = With(seconds);
        pool.Dying = _ => 10 * Clock.Second;
        pool.Agent("owed", guarantee: Make.Cpu(2));
        pool.Submit(Make.Task("hog", seconds: 1000), 4);
        pool.Run(untilSeconds: 10);
        pool.Cancel(1);
        pool.Submit(Make.Task("owed", seconds: 1000), 2);
        pool.Run(untilSeconds: 12);
        Assert.Null(pool.Stops[0].Grace); // cancelled
        var stop = Assert.Single(pool.Stops.Skip(1)); // what the cancelled one leaves is used first
        Assert.Equal((ExitCause.Preempted, seconds), (stop.Cause, stop.Grace?.TotalSeconds));

        // The node joins anew before they have ended: it is told the same again.
        pool.Stops.Clear();
        pool.Scheduler.NodeUp(new NodeUpRequest(new NodeSpec { Name = "n", Capacity = Make.Cpu(4) }, NodeState.Ready,
            [.. pool.Running.Select(a => a.Lease)]), pool.Now, pool.Events, pool);
        Assert.Equal(seconds, Assert.Single(pool.Stops, s => s.Cause == ExitCause.Preempted).Grace?.TotalSeconds);
    }

    [Fact]
    public void A_drained_node_leaves_tasks_their_own_grace()
    {
        var pool = With(20);
        pool.Submit(Make.Task("a", seconds: 1000), 2);
        pool.Run(untilSeconds: 10);
        pool.Scheduler.NodeChanged("n", NodeState.Draining, pool.Now, pool.Events, pool);
        Assert.Equal(2, pool.Stops.Count);
        Assert.All(pool.Stops, s => Assert.Null(s.Grace));
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(3601.0)]
    public void A_grace_that_cannot_be_is_refused(double seconds) =>
        Assert.Contains("preemption grace", Assert.Throws<GranaryException>(() => With(seconds)).Message, StringComparison.Ordinal);

    private static VirtualPool With(double? seconds)
    {
        var pool = new VirtualPool();
        pool.Scheduler.Configure(new PoolSpec
        {
            Name = "default",
            Policy = new PoolPolicy { Preemption = new PreemptionPolicy { Grace = seconds is { } s ? TimeSpan.FromSeconds(s) : null } },
        }, pool.Now, pool.Events, pool);
        pool.Node("n", Make.Cpu(4));
        return pool;
    }
}
