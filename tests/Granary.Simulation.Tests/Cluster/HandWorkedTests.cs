using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Cluster;

/// <summary>Schedules worked out by hand.</summary>
public sealed class HandWorkedTests
{
    /// <summary>10 processors: a long wide job, one as wide as the machine, a short one that ends before it, a long narrow one.</summary>
    private static Workload Four() => Replayed.Workload(
        Replayed.Job(0, 100, 8), Replayed.Job(1, 50, 10), Replayed.Job(2, 90, 2), Replayed.Job(3, 200, 1));

    [Theory]
    [InlineData("fcfs", 0, 100, 150, 150)]
    [InlineData("easy", 0, 100, 2, 150)]
    [InlineData("easy-exact", 0, 100, 2, 150)]
    [InlineData("easy-sjf", 0, 100, 2, 150)]
    [InlineData("conservative", 0, 100, 2, 150)]
    public void Only_what_delays_nobody_goes_ahead(string policy, params int[] starts) =>
        Assert.Equal(starts.Select(s => (double)s), Replayed.Starts(Replayed.Run(Four(), 10, policy)));

    /// <summary>The classic difference: EASY looks after the head alone, conservative after all.</summary>
    [Theory]
    [InlineData("easy", 0, 10, 30, 2)]
    [InlineData("conservative", 0, 10, 20, 22)]
    public void A_second_in_line_is_delayed_by_easy_only(string policy, params int[] starts)
    {
        // 4 processors: 3 until 10; the second takes 2 at 10, the third all 4 at 20; the last asks 1 for 28 from 2 on.
        var jobs = Replayed.Workload(Replayed.Job(0, 10, 3), Replayed.Job(1, 10, 2), Replayed.Job(1, 2, 4), Replayed.Job(2, 28, 1));
        Assert.Equal(starts.Select(s => (double)s), Replayed.Starts(Replayed.Run(jobs, 4, policy)));
    }

    [Theory]
    [InlineData("easy", 0, 10, 15)]
    [InlineData("easy-sjf", 0, 13, 10)]
    public void The_order_of_the_queue_is_the_policys(string policy, params int[] starts)
    {
        var jobs = Replayed.Workload(Replayed.Job(0, 10, 2), Replayed.Job(1, 5, 2), Replayed.Job(2, 3, 2));
        Assert.Equal(starts.Select(s => (double)s), Replayed.Starts(Replayed.Run(jobs, 2, policy)));
    }

    /// <summary>Slurm's classic: 32 nodes; (1 node, 10 min) runs, (32, 10) waits, (31, 5) goes ahead of it.</summary>
    [Theory]
    [InlineData("easy")]
    [InlineData("conservative")]
    [InlineData("easy-sjf")]
    public void Slurms_backfill(string policy)
    {
        var jobs = Replayed.Workload(Replayed.Job(0, 600, 1), Replayed.Job(0, 600, 32), Replayed.Job(0, 300, 31));
        Assert.Equal([0, 600, 0], Replayed.Starts(Replayed.Run(jobs, 32, policy)));
    }

    /// <summary>Who goes ahead is decided by what was said, not by what is true; easy-exact knows better.</summary>
    [Theory]
    [InlineData("easy", 0, 10, 20)]
    [InlineData("easy-exact", 0, 10, 1)]
    [InlineData("conservative", 0, 10, 20)]
    public void Estimates_decide(string policy, params int[] starts)
    {
        var jobs = Replayed.Workload(Replayed.Job(0, 10, 2), Replayed.Job(1, 10, 3), Replayed.Job(1, 5, 1, estimate: 50));
        Assert.Equal(starts.Select(s => (double)s), Replayed.Starts(Replayed.Run(jobs, 3, policy)));
    }

    [Fact]
    public void An_early_end_moves_conservative_promises_forward()
    {
        var jobs = Replayed.Workload(Replayed.Job(0, 5, 2, estimate: 20), Replayed.Job(1, 10, 3), Replayed.Job(2, 4, 1, estimate: 30));
        Assert.Equal([0, 5, 15], Replayed.Starts(Replayed.Run(jobs, 3, "conservative")));
    }

    [Theory]
    [InlineData("easy")]
    [InlineData("conservative")]
    public void Who_outlives_the_estimate_is_waited_for(string policy)
    {
        var jobs = Replayed.Workload(Replayed.Job(0, 100, 3, estimate: 10), Replayed.Job(1, 10, 3));
        Assert.Equal([0, 100], Replayed.Starts(Replayed.Run(jobs, 3, policy)));
    }

    [Fact]
    public void What_is_larger_than_the_cluster_is_rejected_and_holds_up_nobody()
    {
        var schedule = Replayed.Run(Replayed.Workload(Replayed.Job(0, 10, 5), Replayed.Job(1, 10, 2)), 4, "easy");
        Assert.Equal([-1, 1], Replayed.Starts(schedule));
        Assert.Equal([true, false], schedule.Rejected);
        var report = schedule.Report("easy", TimeSpan.FromSeconds(1), []);
        Assert.Equal((2, 1, 1, 1L), (report.Jobs, report.Finished, report.Rejected, report.Decisions));
    }

    [Fact]
    public void Figures_are_those_of_the_definitions()
    {
        // Waits 0, 99, 148; runs 100, 50, 4; slowdowns 1, 149/50, 152/10.
        var jobs = Replayed.Workload(Replayed.Job(0, 100, 2), Replayed.Job(1, 50, 2), Replayed.Job(2, 4, 2));
        var report = Replayed.Run(jobs, 2, "fcfs").Report("fcfs", TimeSpan.FromSeconds(2), []);
        Assert.Equal((99 + 148) / 3.0, report.MeanWaitS, 9);
        Assert.Equal((1 + 149 / 50.0 + 152 / 10.0) / 3, report.MeanBoundedSlowdown, 9);
        Assert.Equal((100 + 149 + 152) / 3.0, report.MeanResponseS, 9);
        Assert.Equal((1.0, 154.0, 3L, 1.5), (report.Utilization, report.MakespanS, report.Decisions, report.DecisionsPerS));
        Assert.Equal(148, report.P95WaitS);
    }
}
