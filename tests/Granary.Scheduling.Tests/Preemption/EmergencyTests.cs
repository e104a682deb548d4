using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>A promise in danger stops what is in its way, and no other promise.</summary>
public class EmergencyTests
{
    [Theory]
    [InlineData(PriorityClass.Normal)]
    [InlineData(PriorityClass.Critical)] // it has overrun what it declared
    public void An_overrun_does_not_break_a_promise(PriorityClass overrunning)
    {
        var pool = new VirtualPool { RunTime = a => a.Spec.Agent == "late" ? 1000 * Clock.Second : 5 * Clock.Second };
        pool.Node("n", Make.Cpu(2));
        pool.Agent("late", priorityClass: overrunning);
        pool.Submit(Make.Task("late", cores: 2, seconds: 5));
        pool.Decide();
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 20)).Rejected);
        pool.Run(untilSeconds: 30);
        var promised = pool.Final.Single(t => t.Spec.Agent == "a");
        Assert.True(promised.State == TaskState.Succeeded && promised.Finished <= promised.Deadline, $"{promised.State} at {promised.Finished}, due {promised.Deadline}");
        Assert.Equal(PreemptionKind.Emergency, Assert.Single(new PreemptionLog(pool).Stops).Kind);
    }

    [Fact]
    public void A_lost_node_does_not_break_a_promise()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(1));
        pool.Node("n2", Make.Cpu(1));
        pool.Submit(Make.Task("long", seconds: 10));
        pool.Submit(Make.Task("long", seconds: 200));
        pool.Decide();
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 40)).Rejected);
        pool.At(2, () => pool.Lose("n1"));
        pool.At(2, () => pool.Node("n3", Make.Resources(0.5)));
        pool.Run(untilSeconds: 60);
        var promised = pool.Final.Single(t => t.Spec.Agent == "a");
        Assert.True(promised.State == TaskState.Succeeded && promised.Finished <= promised.Deadline, $"{promised.State} at {promised.Finished}, due {promised.Deadline}");
        Assert.Equal(PreemptionKind.Emergency, Assert.Single(new PreemptionLog(pool).Stops).Kind);
    }

    [Fact]
    public void A_running_promise_is_not_stopped_for_a_guarantee()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Agent("owed", guarantee: Make.Cpu(1));
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 30, deadline: 40)).Rejected);
        pool.Decide();
        pool.Submit(Make.Task("owed", seconds: 5));
        pool.Run(untilSeconds: 60);
        Assert.Empty(pool.Stops);
        Assert.Equal(1, pool.Scheduler.Describe(pool.Now).DeadlinesKept);
    }
}
