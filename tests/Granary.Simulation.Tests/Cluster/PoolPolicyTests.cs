using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Cluster;

/// <summary>Policies that are the pool's own scheduler in virtual time.</summary>
public sealed class PoolPolicyTests
{
    private static double[] Fair(AgentsFrom from, params Job[] jobs) =>
        Replayed.Starts(Replayed.Run(Replayed.Workload(jobs), ClusterSpec.Uniform(2), ClusterPolicies.Make("fair", new PolicyTerms(from, []))));

    private static Job[] Two() =>
    [
        .. Enumerable.Range(0, 6).Select(_ => Replayed.Job(0, 10, 1, user: 1) with { Group = 7 }),
        Replayed.Job(1, 10, 1, user: 2) with { Group = 7 },
    ];

    [Fact]
    public void The_user_who_holds_nothing_goes_before_a_long_backlog() => Assert.Equal([0, 0, 10, 20, 20, 30, 10], Fair(AgentsFrom.User, Two()));

    [Fact]
    public void Of_one_group_submission_decides() => Assert.Equal([0, 0, 10, 10, 20, 20, 30], Fair(AgentsFrom.Group, Two()));

    [Fact]
    public void Jobs_of_nobody_are_of_one_agent() => Assert.Equal([0, 0, 10, 10, 20, 20, 30], Fair(AgentsFrom.Queue, Two()));

    [Fact]
    public void The_earliest_deadline_goes_first()
    {
        var schedule = Replayed.Run(Replayed.Workload(
            Replayed.Job(0, 10, 2),
            Replayed.Job(1, 10, 2) with { Deadline = 100_000_000 },
            Replayed.Job(2, 10, 2) with { Deadline = 50_000_000 },
            Replayed.Job(3, 10, 2) with { Deadline = 75_000_000 }), 2, "edf");
        Assert.Equal([0, 30, 10, 20], Replayed.Starts(schedule));
        var report = schedule.Report("edf", TimeSpan.Zero, []);
        Assert.Equal((4, 0), (report.DeadlinesKept, report.DeadlinesMissed));
    }

    [Fact]
    public void A_deadline_that_cannot_be_kept_is_rejected_rather_than_missed()
    {
        var schedule = Replayed.Run(Replayed.Workload(Replayed.Job(0, 100, 2), Replayed.Job(1, 10, 2) with { Deadline = 50_000_000 }), 2, "edf");
        Assert.Equal([false, true], schedule.Rejected);
    }

    [Fact]
    public void No_promised_deadline_is_missed_while_estimates_are_right()
    {
        for (var seed = 1; seed <= 6; seed++)
        {
            var random = Replayed.Random(seed, 300, 16, load: 1.3);
            var workload = random with { Jobs = [.. random.Jobs.Select((j, i) => j with { Estimate = j.Run, Deadline = j.Submit + j.Run * (2 + i % 5) })] };
            var report = Replayed.Run(workload, 16, "edf").Report("edf", TimeSpan.Zero, []);
            Assert.Equal(0, report.DeadlinesMissed);
            Assert.Equal(300, report.DeadlinesKept + report.Rejected);
            Assert.InRange(report.Rejected, 1, 250);
        }
    }
}
