using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.WhatIf;

public class NodeLossTests
{
    [Fact]
    public void Tasks_restart_where_there_is_room_and_wait_where_there_is_none()
    {
        var pool = TwoNodes(4, 6);
        pool.Submit(Spec(1000), count: 9);
        pool.Run(untilSeconds: 5);
        var loss = pool.Scheduler.WhatIfNodeLoss("n1", pool.Now);
        Assert.Equal((4, 1, 3), (loss.Tasks.Count, loss.Restarted, loss.Waiting));
        Assert.Equal(0.4, loss.OfPool, 6);
        Assert.Equal(20.0, loss.LostCoreSeconds, 3);
    }

    [Fact]
    public void What_it_says_of_restarts_is_what_happens()
    {
        var pool = TwoNodes(4, 6);
        pool.Submit(Spec(1000), count: 7);
        pool.Run(untilSeconds: 5);
        var loss = pool.Scheduler.WhatIfNodeLoss("n1", pool.Now);
        pool.Lose("n1");
        pool.Decide();
        Assert.Equal(loss.Restarted, loss.Tasks.Count(t => pool.Scheduler.Get(t.Id.Number, pool.Now)!.State is TaskState.Placed or TaskState.Running));
        Assert.Equal(loss.Waiting, pool.Scheduler.QueuedTasks);
    }

    [Fact]
    public void Promises_that_nobody_else_could_keep_are_named()
    {
        var pool = TwoNodes(1, 2);
        pool.Submit(Spec(1000, seconds: 100), count: 3);
        pool.Decide();
        var promised = pool.Submit(Spec(2000, seconds: 10) with { Deadline = TimeSpan.FromSeconds(150) });
        Assert.Empty(promised.Rejected);
        var loss = pool.Scheduler.WhatIfNodeLoss("n2", pool.Now);
        Assert.Equal([new TaskId("default", promised.First)], loss.BrokenPromises);
        Assert.Equal(1, loss.Infeasible);
    }

    [Fact]
    public void Guarantees_that_would_not_be_covered_are_named()
    {
        var pool = TwoNodes(4, 6);
        pool.Agent("safety", guarantee: new ResourceSet { CpuMilli = 5000 });
        Assert.Equal(["safety"], pool.Scheduler.WhatIfNodeLoss("n2", pool.Now).UncoveredGuarantees);
        Assert.Empty(pool.Scheduler.WhatIfNodeLoss("n1", pool.Now).UncoveredGuarantees);
    }

    [Fact]
    public void Work_since_the_last_checkpoint_is_what_is_lost()
    {
        var pool = TwoNodes(4, 6);
        pool.Submit(Spec(1000, seconds: 100) with { Terms = new TaskTerms { CheckpointEvery = TimeSpan.FromSeconds(4) } });
        pool.Run(untilSeconds: 9);
        Assert.Equal(1.0, pool.Scheduler.NodeNames().Sum(n => pool.Scheduler.WhatIfNodeLoss(n, pool.Now).LostCoreSeconds), 3);
    }

    [Fact]
    public void An_unknown_node_is_refused() =>
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => TwoNodes(1, 1).Scheduler.WhatIfNodeLoss("n9", 0)).Code);

    private static VirtualPool TwoNodes(int first, int second)
    {
        var pool = new VirtualPool();
        pool.Node("n1", new ResourceSet { CpuMilli = 1000 * first });
        pool.Node("n2", new ResourceSet { CpuMilli = 1000 * second });
        return pool;
    }

    private static TaskSpec Spec(int cpu, int seconds = 60) =>
        new() { Agent = "a", Name = "t", Command = ["true"], Resources = new ResourceSet { CpuMilli = cpu }, Duration = TimeSpan.FromSeconds(seconds) };
}
