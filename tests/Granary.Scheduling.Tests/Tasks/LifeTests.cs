using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Tasks;

/// <summary>A task's life: placed, started, ended, retried, cancelled, lost.</summary>
public class LifeTests
{
    [Fact]
    public void A_task_is_placed_started_and_ended()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(2));
        var reply = pool.Submit(Make.Task("a", seconds: 3));
        pool.Run();
        Assert.Equal((1, 1), (reply.First, reply.Count));
        Assert.Equal(["agent a was not declared: created with weight 1"], reply.Notes);
        var final = Assert.Single(pool.Final);
        Assert.Equal((TaskState.Succeeded, "n1", 1), (final.State, final.Node, final.Attempt));
        Assert.Equal(TimeSpan.FromSeconds(3), final.Finished - final.Started);
        Assert.Null(pool.Scheduler.Get(1, pool.Now));
        Assert.True(pool.Scheduler.HasSucceeded(1));
        Assert.Equal([TaskState.Queued, TaskState.Placed, TaskState.Running, TaskState.Succeeded], pool.Changes.Select(c => c.State));
    }

    [Fact]
    public void A_failure_is_retried_with_doubling_back_off_and_then_failed()
    {
        var pool = new VirtualPool { Ending = _ => new ExitInfo { Code = 3, Cause = ExitCause.ExitCode } };
        pool.Node("n1", Make.Cpu(1));
        pool.Submit(Make.Task("a") with { Retries = 2, RetryBackoff = TimeSpan.FromSeconds(2) });
        pool.Run();
        // 1 s run, 2 s back-off, 1 s run, 4 s back-off, 1 s run
        Assert.Equal([0, 3, 8], pool.Starts.Select(s => (s.At - VirtualPool.Start) / Clock.Second));
        Assert.Equal((TaskState.Failed, "exit code 3", 3), (pool.Final[0].State, pool.Final[0].Reason, pool.Final[0].Attempt));
    }

    [Fact]
    public void Cancelling_what_waits_is_immediate_and_what_runs_is_stopped_first()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(1));
        pool.Submit(Make.Task("a", seconds: 100), count: 2);
        pool.Run(untilSeconds: 1);
        var reply = pool.Scheduler.Cancel(new CancelRequest([1, 2, 3], "enough"), pool.Now, pool.Events, pool);
        Assert.Equal([1, 2], reply.Accepted);
        Assert.Equal([3], reply.NotFound);
        Assert.Equal((2, TaskState.Cancelled), (pool.Final[0].Id.Number, pool.Final[0].State));
        pool.Run();
        Assert.Equal((1, TaskState.Cancelled, "enough"), (pool.Final[1].Id.Number, pool.Final[1].State, pool.Final[1].Reason));
        Assert.Equal([1, 2], pool.Scheduler.Cancel(new CancelRequest([1, 2], ""), pool.Now, pool.Events, pool).AlreadyFinished);
    }

    [Fact]
    public void A_task_that_succeeds_while_it_is_being_cancelled_has_succeeded()
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(1));
        pool.Submit(Make.Task("a", seconds: 5));
        pool.Run(untilSeconds: 1);
        pool.Cancel(1);
        pool.Report(pool.Starts[0].Assignment, ReportKind.Ended, new ExitInfo { Code = 0, Cause = ExitCause.Succeeded });
        Assert.Equal(TaskState.Succeeded, pool.Final[0].State);
    }

    [Theory]
    [InlineData(LossPolicy.Retry, TaskState.Succeeded, 2)]
    [InlineData(LossPolicy.Report, TaskState.Lost, 1)]
    public void A_lost_node_fences_its_leases_and_the_policy_decides(LossPolicy policy, TaskState expected, int attempts)
    {
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(1));
        pool.Submit(Make.Task("a", seconds: 5) with { OnLoss = policy });
        pool.Run(untilSeconds: 1);
        var first = pool.Starts[0].Assignment;
        pool.Lose("n1");
        pool.Node("n2", Make.Cpu(1));
        pool.Run(untilSeconds: 2);
        pool.Report(first, ReportKind.Ended, new ExitInfo { Code = 9, Cause = ExitCause.ExitCode }); // fenced: changes nothing
        pool.Run();
        Assert.Equal((expected, attempts), (pool.Final[0].State, pool.Final[0].Attempt));
        if (policy == LossPolicy.Retry) Assert.True(pool.Final[0].Token > first.Lease.Token);
    }

    [Fact]
    public void A_repeated_operation_gets_its_first_answer()
    {
        var pool = new VirtualPool();
        var first = pool.Submit(Make.Task("a"), count: 3, operation: "op-1");
        var events = pool.Events.Count;
        var again = pool.Submit(Make.Task("a"), count: 3, operation: "op-1");
        Assert.Equal(first, again);
        Assert.Equal(events, pool.Events.Count);
        Assert.Equal(3, pool.Scheduler.LiveTasks);
    }
}
