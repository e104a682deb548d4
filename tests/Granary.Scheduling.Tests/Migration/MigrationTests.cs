using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Migration;

public sealed class MigrationTests
{
    private static MigrateReply Migrate(VirtualPool pool, long number, string to = "") =>
        pool.Scheduler.Migrate(new MigrateRequest(number, to, ""), pool.Now, pool.Events, pool);

    private static VirtualPool TwoNodes(double seconds = 100)
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(2));
        pool.Submit(Make.Task("x", 2, seconds));
        pool.Run(10);
        pool.Node("b", Make.Cpu(2));
        return pool;
    }

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    public void It_stops_and_starts_on_the_other_node_without_using_a_retry(string to)
    {
        var pool = TwoNodes();
        Assert.Equal(new MigrateReply(new TaskId("default", 1), "a", "b", 10), Migrate(pool, 1, to));
        Assert.Equal("moves from node a to b: asked for", pool.Scheduler.Get(1, pool.Now)!.Reason);
        pool.Run(11);
        var task = pool.Scheduler.Get(1, pool.Now)!;
        Assert.Equal((TaskState.Running, "b", 2), (task.State, task.Node, task.Attempt));
        pool.Run();
        Assert.Equal(TaskState.Succeeded, Assert.Single(pool.Final).State);
    }

    [Fact]
    public void Nothing_takes_the_room_while_it_stops_though_others_come_first()
    {
        var pool = TwoNodes();
        pool.Agent("urgent", priorityClass: PriorityClass.Critical);
        Migrate(pool, 1);
        pool.Submit(Make.Task("urgent", 2, 5), 3);
        pool.Run(11);
        Assert.Equal("b", pool.Scheduler.Get(1, pool.Now)!.Node);
        Assert.Equal("a", Assert.Single(pool.Running, r => r.Spec.Agent == "urgent").Lease.Node);
    }

    [Fact]
    public void With_a_checkpoint_only_what_came_after_it_is_lost()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(2));
        pool.Submit(Make.Task("x", 2, 100) with { Terms = new TaskTerms { CheckpointEvery = TimeSpan.FromSeconds(4) } });
        pool.Run(10);
        pool.Node("b", Make.Cpu(2));
        Assert.Equal(2, Migrate(pool, 1).LostWorkSeconds);
    }

    [Theory]
    [InlineData(1, "c", "pool default has no node c; 'granary nodes' lists them")]
    [InlineData(1, "a", "task default/1 already runs on node a; name another, or none")]
    [InlineData(1, "small", "task default/1 cannot go to node small: it needs cpu=2, more than the node has")]
    [InlineData(1, "full", "task default/1 cannot go to node full: it needs cpu=2, and cpu=1 is free; wait, or free some")]
    [InlineData(1, "off", "task default/1 cannot go to node off: it is Cordoned and takes no tasks; name one that is ready")]
    [InlineData(1, "", "no other node has room for task default/1, which needs cpu=2; wait, or free one")]
    [InlineData(3, "", "task default/3 does not run; what waits needs no migration")]
    [InlineData(4, "", "task default/4 is a member of a gang, which starts only as a whole; drain its node to restart the gang elsewhere")]
    [InlineData(99, "", "no task default/99; 'granary tasks --pool default' lists those of its pool")]
    public void What_stands_in_the_way_is_said(long number, string to, string message)
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromDays(1) });
        pool.Node("a", Make.Cpu(2));
        pool.Submit(Make.Task("x", 2, 100));
        pool.Decide();
        pool.Node("full", Make.Cpu(2));
        pool.Submit(Make.Task("x", 1, 100));
        pool.Decide();
        pool.Submit(Make.Task("x", 2, 100));
        pool.Decide();
        pool.Node("small", Make.Resources(1, 0, 2));
        pool.Submit(Make.Task("x", 0, 100) with { Resources = Make.Resources(0, 0, 1), Terms = new TaskTerms { Gang = true } }, 2);
        pool.Node("off", Make.Cpu(2), NodeState.Cordoned);
        pool.Run(1);
        Assert.Equal(message, Assert.Throws<GranaryException>(() => Migrate(pool, number, to)).Message);
    }

    [Fact]
    public void A_target_that_is_lost_meanwhile_leaves_it_to_the_order()
    {
        var pool = TwoNodes();
        Migrate(pool, 1);
        pool.Lose("b");
        pool.Run(11);
        Assert.Equal(("a", 2), (pool.Scheduler.Get(1, pool.Now)!.Node, pool.Scheduler.Get(1, pool.Now)!.Attempt));
        pool.Run();
        Assert.Equal(0, pool.Scheduler.LiveTasks);
    }

    [Fact]
    public void One_that_ends_before_it_stops_leaves_its_room()
    {
        var pool = TwoNodes();
        Migrate(pool, 1);
        pool.Cancel(1);
        pool.Submit(Make.Task("y", 2, 5), 2);
        pool.Run(11);
        Assert.Equal(2, pool.Running.Count);
        Assert.Equal(TaskState.Cancelled, Assert.Single(pool.Final).State);
    }

    [Fact]
    public void A_restart_between_stop_and_start_keeps_its_room()
    {
        var pool = TwoNodes();
        Migrate(pool, 1);
        var snapshot = ReplayTests.Snapshot(pool.Scheduler);
        pool.Scheduler = PoolScheduler.ReadSnapshot(snapshot, pool.Scheduler.Options);
        Assert.Equal(snapshot, ReplayTests.Snapshot(pool.Scheduler));
        pool.Agent("urgent", priorityClass: PriorityClass.Critical);
        pool.Submit(Make.Task("urgent", 2, 5), 3);
        pool.Run(11);
        Assert.Equal("b", pool.Scheduler.Get(1, pool.Now)!.Node);
    }
}
