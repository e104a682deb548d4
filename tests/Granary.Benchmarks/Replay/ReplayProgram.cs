using System.Globalization;
using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;
using Granary.Simulation.Swf;
using Granary.Simulation.Workloads;
using Granary.Simulation.Workloads.Generators;

namespace Granary.Benchmarks.Replay;

/// <summary>
/// How fast replays are, beside a scheduler that sorts and scans everything, and how good the policies are. With GRANARY_DATA the real traces too.
/// <c>--quick</c> makes one round instead of five.
/// </summary>
internal static class ReplayProgram
{
    private const int Jobs = 28_000;
    private const double AimS = 1;

    public static int Run(string[] args)
    {
        var rounds = args.Contains("--quick") ? 1 : 5;
        var good = true;
        foreach (var load in new[] { 0.8, 1.0, 1.2 })
            good &= Beside(WorkloadGenerator.Generate(new GeneratorOptions { Jobs = Jobs, Load = load }), load, rounds);
        var generated = WorkloadGenerator.Generate(new GeneratorOptions { Jobs = Jobs, Load = 0.8 });
        Quality("generated, Lublin model, 28,000 jobs, load 0.8, 256 processors", generated, 256);
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is not { Length: > 0 } data)
        {
            Console.WriteLine("GRANARY_DATA is not set: no real traces");
            return good ? 0 : 1;
        }
        var slowdowns = Quality("lublin-256.swf", SwfTrace.Load(Path.Combine(data, "swf", "lublin-256.swf")), 256);
        good &= Within("FCFS as published", slowdowns["fcfs"], 66_502 * 0.995, 66_502 * 1.005);
        good &= Within("EASY as published", slowdowns["easy"], 590 * 0.995, 590 * 1.005);
        good &= Within("shortest-first EASY as published", slowdowns["easy-sjf"], 40.6 * 0.995, 40.6 * 1.005);
        good &= Within("predictive at or below EASY with exact times", slowdowns["predictive"], 1, slowdowns["easy-exact"]);
        Quality("nasa-ipsc-1993.swf", SwfTrace.Load(Path.Combine(data, "swf", "nasa-ipsc-1993.swf")), 128);
        return good ? 0 : 1;
    }

    private static bool Beside(Workload workload, double load, int rounds)
    {
        var easy = Best(workload, ClusterPolicies.Make("easy", PolicyTerms.Default), rounds);
        var naive = Best(workload, m => new NaiveEasyPolicy(m), 1);
        var same = easy.Digest == naive.Digest;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"EASY, {Jobs} jobs, load {load}: {easy.WallS * 1000:0} ms; sorting and scanning everything: {naive.WallS * 1000:0} ms, {naive.WallS / easy.WallS:0.0} times; {(same ? "the same schedule" : "DIFFERENT SCHEDULES")}{(easy.WallS < AimS ? "" : "; OVER THE AIM OF 1 s")}"));
        return same && easy.WallS < AimS;
    }

    private static ReplayReport Best(Workload workload, Func<JobMachine, IJobPolicy> policy, int rounds) =>
        Enumerable.Range(0, rounds).Select(_ => ClusterReplay.Run(workload, ClusterSpec.Uniform(256), policy)).MinBy(r => r.WallS)!;

    private static bool Within(string what, double value, double least, double most)
    {
        var good = value >= least && value <= most;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:0.00} in {least:0.00} to {most:0.00}: {(good ? "yes" : "NO")}"));
        return good;
    }

    /// <returns>Mean bounded slowdown by policy.</returns>
    private static Dictionary<string, double> Quality(string what, Workload workload, int processors)
    {
        Console.WriteLine();
        Console.WriteLine(what);
        Console.WriteLine("policy          slowdown     wait s      p95 s        max s   util   rejected        ms");
        var slowdowns = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var policy in ClusterPolicies.Names)
        {
            var r = ClusterReplay.Run(workload, ClusterSpec.Uniform(processors), policy, CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{policy,-13} {r.MeanBoundedSlowdown,10:0.00} {r.MeanWaitS,10:0} {r.P95WaitS,10:0} {r.MaxWaitS,12:0} {r.Utilization,6:0.000} {r.Rejected,10} {r.WallS * 1000,9:0}"));
            slowdowns[policy] = r.MeanBoundedSlowdown;
        }
        return slowdowns;
    }
}
