using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cases;

/// <summary>Periodic tasks on one processor. A job of C seconds is C tasks of one second, so that the order may change at every second as if it were preemptive.</summary>
public class DeadlineCases
{
    [Fact]
    public void Earliest_deadline_first_misses_none_at_23_24ths_of_the_processor()
    {
        var (pool, rejected) = Run(48, (1, 4), (2, 6), (3, 8));
        Assert.Empty(rejected);
        Assert.All(pool.Final, t => Assert.True(t.State == TaskState.Succeeded && t.Finished <= t.Deadline, $"{t.Id} {t.State}"));
        Assert.Equal(pool.Final.Count, pool.Scheduler.Describe(pool.Now).DeadlinesKept);
    }

    /// <summary>The same set by rate-monotonic priorities and without promises: of the three seconds that the third needs by 8 it gets two.</summary>
    [Fact]
    public void Rate_monotonic_priorities_miss_the_third_at_8()
    {
        var pool = new VirtualPool();
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = PoolStrategy.Priority }, pool.Now, pool.Events, pool);
        pool.Node("n", Make.Cpu(1));
        var third = 0L;
        foreach (var (at, cost, priority) in new[] { (0, 3, 1), (0, 2, 2), (0, 1, 3), (4, 1, 3), (6, 2, 2) })
            pool.At(at, () =>
            {
                var first = pool.Submit(Make.Task("a", priority: priority), cost).First;
                if (cost == 3) third = first;
            });
        pool.Run(untilSeconds: 8);
        Assert.Equal(2, pool.Final.Count(t => t.Id.Number >= third && t.Id.Number < third + 3));
        pool.Run();
        Assert.Equal(9, (pool.Final.Single(t => t.Id.Number == third + 2).Finished!.Value - Clock.ToTime(VirtualPool.Start)).TotalSeconds);
    }

    [Fact]
    public void A_set_that_overloads_the_processor_is_refused_where_it_would_miss_first()
    {
        // (2,5), (4,6): demand until 25 is 26; the first that cannot be kept is one of those due at 24 or 25
        var (pool, rejected) = Run(30, (2, 5), (4, 6));
        Assert.NotEmpty(rejected);
        Assert.InRange(rejected[0].DueAt, 24, 25);
        Assert.All(pool.Final.Where(t => t.State != TaskState.Rejected), t => Assert.True(t.Finished <= t.Deadline));
    }

    [Fact]
    public void A_refusal_names_the_earliest_finish_that_could_be_promised()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Submit(Make.Task("a", seconds: 10));
        pool.Run(untilSeconds: 4);
        var reply = pool.Submit(Make.Task("a", seconds: 2, deadline: 5));
        var rejection = Assert.Single(reply.Rejected);
        Assert.Equal("deadline 5s cannot be kept: earliest finish in 8s", rejection.Reason);
        Assert.Equal(Clock.ToTime(pool.Now + 8 * Clock.Second), rejection.EarliestFinish);
        Assert.Equal((TaskState.Rejected, 2), (pool.Final[^1].State, pool.Final[^1].Id.Number));
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 2, deadline: 8)).Rejected);
    }

    [Fact]
    public void A_promise_with_slack_does_not_block_others_and_is_kept()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Agent("busy", weight: 1000);
        pool.Agent("a", weight: 0.001, priorityClass: PriorityClass.Low);
        pool.Submit(Make.Task("busy", seconds: 1), 100);
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 20)).Rejected);
        pool.Run();
        var promised = pool.Final.Single(t => t.Spec.Agent == "a");
        Assert.True(promised.Finished <= promised.Deadline);
        Assert.InRange((promised.Started!.Value - promised.Submitted).TotalSeconds, 10, 15); // others ran until its time came
    }

    [Fact]
    public void A_long_task_is_held_back_when_it_would_be_in_a_promises_way()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        pool.Agent("long", priorityClass: PriorityClass.Critical);
        pool.Submit(Make.Task("first", seconds: 10));
        pool.Decide();
        Assert.Empty(pool.Submit(Make.Task("a", cores: 2, seconds: 5, deadline: 20)).Rejected);
        pool.Submit(Make.Task("long", seconds: 30)); // would hold one of the two processors that were promised
        pool.Decide();
        Assert.Equal(WaitReason.Reserved, pool.Scheduler.Explain(3, pool.Now)!.Reason);
        pool.Submit(Make.Task("long", seconds: 8)); // ends before
        pool.Decide();
        Assert.Equal([1, 4], pool.Starts.Select(s => s.Assignment.Lease.Task.Number));
        pool.Run();
        Assert.All(pool.Final.Where(t => t.Deadline is not null), t => Assert.True(t.Finished <= t.Deadline));
    }

    [Fact]
    public void Promises_are_kept_across_a_restart()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        pool.Agent("busy", priorityClass: PriorityClass.Critical);
        pool.Submit(Make.Task("busy", seconds: 3), 50);
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 30), 3).Rejected);
        pool.Run(untilSeconds: 1);
        pool.Scheduler = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        pool.Run();
        Assert.Equal(3, pool.Final.Count(t => t.Spec.Agent == "a" && t.Finished <= t.Deadline));
        Assert.Equal((3, 0), (pool.Scheduler.Describe(pool.Now).DeadlinesKept, pool.Scheduler.Describe(pool.Now).DeadlinesMissed));
    }

    [Fact]
    public void A_promise_on_a_lost_node_moves_to_another()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(1));
        Assert.Empty(pool.Submit(Make.Task("a", seconds: 5, deadline: 40), 2).Rejected);
        pool.Run(untilSeconds: 1);
        pool.Node("n2", Make.Cpu(1));
        pool.Submit(Make.Task("busy", seconds: 4), 30);
        pool.Lose("n1");
        pool.Run();
        Assert.Equal(2, pool.Final.Count(t => t.Spec.Agent == "a" && t.Node == "n2" && t.Finished <= t.Deadline));
    }

    private static (VirtualPool Pool, List<(long Number, double DueAt)> Rejected) Run(int seconds, params (int Cost, int Period)[] tasks)
    {
        var pool = new VirtualPool(new SchedulerOptions { DeadlineSlack = 0 });
        pool.Node("n", Make.Cpu(1));
        var rejected = new List<(long, double)>();
        for (var second = 0; second < seconds; second++)
            foreach (var (cost, period) in tasks)
                if (second % period == 0)
                {
                    var (at, due) = (second, second + period);
                    pool.At(second, () =>
                    {
                        Assert.Equal(at, pool.Seconds);
                        var reply = pool.Submit(Make.Task("a", 1, 1, deadline: period), cost);
                        rejected.AddRange(reply.Rejected.Select(r => (r.Number, (double)due)));
                    });
                }
        pool.Run();
        return (pool, rejected);
    }
}
