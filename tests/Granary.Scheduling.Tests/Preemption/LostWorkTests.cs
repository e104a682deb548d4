using Granary.Model;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>Of victims that are as many and of one class, those with the least work since their last checkpoint are stopped.</summary>
public sealed class LostWorkTests
{
    /// <summary>
    /// Two tasks of one core begin at 0 and 10 and are looked at when the request has been patient until 50. Each writes checkpoints as often as it says (0: never), and its node reports one at
    /// the time given (0: none).
    /// </summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 2)] // 50 s against 40 s
    [InlineData(15, 0, 0, 0, 1)] // 5 s since the one due at 45, against 40 s
    [InlineData(60, 0, 15, 0, 2)] // none is due before 60: 50 s; 10 s since 40
    [InlineData(15, 0, 0, 49, 2)] // reported 1 s ago
    [InlineData(15, 20, 0, 21, 2)] // 30 s against 29 s: what is reported counts, not what was due
    [InlineData(15, 30, 0, 21, 1)] // 20 s against 29 s
    public void The_least_work_is_lost(int everyOfFirst, int firstReports, int everyOfSecond, int secondReports, long stopped)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        pool.Agent("owed", guarantee: Make.Cpu(1));
        pool.Submit(Spec(everyOfFirst));
        pool.Run(untilSeconds: 10);
        pool.Submit(Spec(everyOfSecond));
        pool.Decide();
        if (firstReports > 0) pool.At(firstReports, () => pool.Report(pool.Starts[0].Assignment, ReportKind.Checkpoint));
        if (secondReports > 0) pool.At(secondReports, () => pool.Report(pool.Starts[1].Assignment, ReportKind.Checkpoint));
        pool.Run(untilSeconds: 49);
        pool.Submit(Make.Task("owed", seconds: 1000));
        pool.Run(untilSeconds: 51);
        Assert.Equal(stopped, Assert.Single(pool.Stops).Lease.Task.Number);
    }

    [Fact]
    public void What_is_held_counts_too()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Resources(4, 4096));
        pool.Agent("owed", guarantee: Make.Cpu(1));
        pool.Submit(Make.Task("hog", 3, 1000)); // 12 s of three quarters of the pool
        pool.Run(untilSeconds: 1);
        pool.Submit(Make.Task("hog", 1, 1000)); // 11 s of a quarter
        pool.Run(untilSeconds: 11);
        pool.Submit(Make.Task("owed", seconds: 1000));
        pool.Run(untilSeconds: 13);
        Assert.Equal(2, Assert.Single(pool.Stops).Lease.Task.Number);
    }

    [Fact]
    public void A_checkpoint_of_an_earlier_attempt_or_of_a_stale_lease_says_nothing_of_this_one()
    {
        var pool = new VirtualPool { Ending = a => a.Lease.Attempt == 1 ? new ExitInfo { Code = 1, Cause = ExitCause.ExitCode } : new ExitInfo { Code = 0, Cause = ExitCause.Succeeded } };
        pool.RunTime = a => (a.Lease.Attempt == 1 ? 20 : 1000) * Clock.Second;
        pool.Node("n", Make.Cpu(2));
        pool.Agent("owed", guarantee: Make.Cpu(1));
        pool.Submit(Spec(0) with { Retries = 1, RetryBackoff = TimeSpan.Zero });
        pool.Run(untilSeconds: 15);
        pool.Report(pool.Starts[0].Assignment, ReportKind.Checkpoint);
        pool.Run(untilSeconds: 30); // the second attempt runs since 20
        pool.Submit(Spec(0));
        pool.Run(untilSeconds: 48);
        pool.Report(pool.Starts[0].Assignment, ReportKind.Checkpoint);
        pool.Submit(Make.Task("owed", seconds: 1000));
        pool.Run(untilSeconds: 50);
        Assert.Equal(2, Assert.Single(pool.Stops).Lease.Task.Number);
        Assert.Equal(0, LostWork.Seconds(new State.TaskEntry(null!, 1), pool.Now)); // what has not started has nothing to lose
    }

    private static TaskSpec Spec(int checkpointEvery) => Make.Task("hog", seconds: 1000) with
    {
        Terms = checkpointEvery > 0 ? new TaskTerms { CheckpointEvery = TimeSpan.FromSeconds(checkpointEvery) } : null,
    };
}
