using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Ordering;

/// <summary>The strategies, by the order in which one processor takes the same tasks.</summary>
public class StrategyTests
{
    [Theory]
    [InlineData(PoolStrategy.Fifo, "1 2 3 4 5 6")]
    [InlineData(PoolStrategy.Priority, "6 4 3 1 2 5")]    // class, priority, number
    [InlineData(PoolStrategy.Sla, "6 5 4 1 3 2")]         // class, deadline, then as fair
    [InlineData(PoolStrategy.Fair, "6 5 4 1 3 2")]        // class; a's deadline first within a, b's priority within b; shares in turn
    [InlineData(PoolStrategy.MlAdaptive, "6 5 4 1 3 2")]  // as fair
    public void Tasks_start_in_the_order_of_the_strategy(PoolStrategy strategy, string expected)
    {
        var pool = new VirtualPool(new SchedulerOptions { UseHalfLife = TimeSpan.FromHours(1) }); // a share that is remembered, so that turns alternate
        Submit(pool);
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy }, pool.Now, pool.Events, pool); // switched while they wait
        pool.Node("n", Make.Cpu(1));
        pool.Run();
        Assert.Equal(expected, string.Join(' ', pool.Starts.Select(s => s.Assignment.Lease.Task.Number)));
    }

    [Fact]
    public void Switching_disturbs_nothing_that_runs()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        Submit(pool);
        pool.Run(untilSeconds: 0.5);
        foreach (var strategy in Enum.GetValues<PoolStrategy>())
            pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy }, pool.Now, pool.Events, pool);
        Assert.Equal(2, pool.Running.Count);
        Assert.Empty(pool.Stops);
        pool.Run();
        Assert.Equal(6, pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    private static void Submit(VirtualPool pool)
    {
        pool.Agent("a");
        pool.Agent("b");
        pool.Agent("urgent", priorityClass: PriorityClass.High);
        pool.Submit(Make.Task("a"));
        pool.Submit(Make.Task("a"));
        pool.Submit(Make.Task("b", priority: 1));
        pool.Submit(Make.Task("b", priority: 2));
        pool.Submit(Make.Task("a", deadline: 1000));
        pool.Submit(Make.Task("urgent"));
    }
}
