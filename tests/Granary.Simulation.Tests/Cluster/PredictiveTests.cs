using Granary.Simulation.Cluster.Predictive;
using Granary.Simulation.Workloads;
using Granary.Simulation.Workloads.Generators;

namespace Granary.Simulation.Tests.Cluster;

public sealed class PredictiveTests
{
    private static Workload Changed(Workload workload, Func<Job, int, Job> change) =>
        workload with { Jobs = [.. workload.Jobs.Select((j, i) => change(j, i))] };

    [Fact]
    public void Estimates_are_not_used()
    {
        var workload = Replayed.Random(5, 400, 16);
        var other = Changed(workload, (j, i) => j with { Estimate = j.Run * (1 + i % 9) });
        Assert.Equal(Replayed.Run(workload, 16, "predictive").Starts, Replayed.Run(other, 16, "predictive").Starts);
    }

    /// <summary>Whatever a job's own run time is, nothing is decided differently before it has ended.</summary>
    [Fact]
    public void A_jobs_own_run_time_is_not_used_before_it_has_ended()
    {
        var workload = Replayed.Random(6, 200, 16);
        var before = Replayed.Run(workload, 16, "predictive");
        for (var job = 0; job < 200; job += 7)
        {
            var k = job;
            var after = Replayed.Run(Changed(workload, (j, i) => i == k ? j with { Run = j.Run * 3 } : j), 16, "predictive");
            for (var i = 0; i < 200; i++)
                if (before.Starts[i] < before.Ends[k]) Assert.Equal(before.Starts[i], after.Starts[i]);
        }
    }

    /// <summary>Not on each workload: where few wide jobs decide, a schedule is luck. On four together.</summary>
    [Fact]
    public void It_does_better_than_easy_that_knows_the_truth()
    {
        double Slowdown(string policy) => Enumerable.Range(1, 4).Average(seed => Replayed.Run(
            WorkloadGenerator.Generate(new GeneratorOptions { Jobs = 4000, Processors = 256, Load = 0.8, Seed = seed }), 256, policy)
            .Report(policy, TimeSpan.Zero, []).MeanBoundedSlowdown);
        Assert.True(Slowdown("predictive") < 0.7 * Slowdown("easy-exact"), $"{Slowdown("predictive")} against {Slowdown("easy-exact")}");
    }

    [Fact]
    public void What_a_user_ran_before_is_what_is_expected_next()
    {
        var predictor = new RunTimePredictor(memory: 1000, trust: 10);
        var (fast, slow) = (Replayed.Job(0, 1, 4, user: 1), Replayed.Job(0, 1, 4, user: 2));
        Assert.Equal(predictor.Predict(fast), predictor.Predict(slow));
        for (var i = 0; i < 200; i++)
        {
            predictor.Learn(fast, 20);
            predictor.Learn(slow, 20_000);
        }
        Assert.InRange(predictor.Predict(fast).Mean, 20, 200);
        Assert.InRange(predictor.Predict(slow).Mean, 15_000, 20_000);
        Assert.True(predictor.Predict(fast).Urgency > 10 * predictor.Predict(slow).Urgency);
        // Of a user who is new, what all have shown.
        Assert.InRange(predictor.Predict(Replayed.Job(0, 1, 4, user: 3)).Mean, 8_000, 12_000);
    }

    /// <summary>A job as wide as the machine, among small ones without end that would always go first.</summary>
    [Fact]
    public void The_widest_job_is_not_starved()
    {
        var jobs = new List<Job> { Replayed.Job(0, 100, 4), Replayed.Job(1, 100, 8) };
        for (var i = 0; i < 4000; i++) jobs.Add(Replayed.Job(2 + i * 25, 100, 2));
        var schedule = Replayed.Run(Replayed.Workload([.. jobs]), 8, "predictive");
        Assert.InRange(schedule.Starts[1] / 1e6, 2, 4 * 3600);
    }
}
