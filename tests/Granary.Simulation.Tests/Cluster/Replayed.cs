using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Cluster;

/// <summary>Short words for replays in tests. Times are seconds.</summary>
internal static class Replayed
{
    public static Job Job(double submit, double run, int processors, double? estimate = null, int user = -1) => new()
    {
        Submit = WorkloadBuilder.Micros(submit),
        Run = WorkloadBuilder.Micros(run),
        Estimate = WorkloadBuilder.Micros(estimate ?? run),
        Processors = processors,
        User = user,
        Group = -1,
        Queue = -1,
        Application = -1,
    };

    public static Workload Workload(params Job[] jobs)
    {
        var builder = new WorkloadBuilder("test");
        foreach (var (job, i) in jobs.Select((j, i) => (j, i))) builder.Add(job with { Id = i + 1 });
        return builder.Build();
    }

    /// <summary>Many jobs on few processors, with estimates that are right, too long, or (if wanted) too short.</summary>
    public static Workload Random(int seed, int jobs, int processors, double load = 0.9, bool underestimates = false)
    {
        var random = new Random(seed);
        var at = 0.0;
        var list = new Job[jobs];
        for (var i = 0; i < jobs; i++)
        {
            var run = Math.Ceiling(Math.Exp(random.NextDouble() * 6));
            var width = random.Next(4) == 0 ? random.Next(1, processors + 1) : 1 << random.Next(1 + (int)Math.Log2(processors) / 2);
            at += random.NextDouble() * 2 * run * width / processors / load;
            var estimate = random.Next(3) == 0 ? run : Math.Ceiling(run * (underestimates && random.Next(4) == 0 ? 0.5 : 1 + 4 * random.NextDouble()));
            list[i] = Job(Math.Floor(at), run, width, estimate, random.Next(5));
        }
        return Workload(list);
    }

    public static Schedule Run(Workload workload, int processors, string policy, IReadOnlyList<NodeLoss>? losses = null, int seed = 1) =>
        Run(workload, ClusterSpec.Uniform(processors), ClusterPolicies.Make(policy, PolicyTerms.Default), losses, seed);

    public static Schedule Run(Workload workload, ClusterSpec cluster, Func<JobMachine, IJobPolicy> policy, IReadOnlyList<NodeLoss>? losses = null, int seed = 1)
    {
        var simulation = new ClusterSimulation(workload, cluster, policy, losses ?? [], seed);
        simulation.Run(CancellationToken.None);
        return simulation.Schedule();
    }

    /// <summary>When each job started, seconds.</summary>
    public static double[] Starts(Schedule schedule) => [.. schedule.Starts.Select(s => s < 0 ? -1 : s / 1e6)];
}
