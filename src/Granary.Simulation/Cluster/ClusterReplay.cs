using System.Diagnostics;
using Granary.Model;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster;

/// <summary>Replays traces that are jobs on processors.</summary>
internal sealed class ClusterReplay(TraceKind kind) : IReplay
{
    public TraceKind Kind => kind;

    public IReadOnlyList<string> Policies { get; } = [.. ClusterPolicies.Names];

    public ReplayReport Run(ReplayRequest request, string policy, CancellationToken cancel)
    {
        var workload = TraceWorkload.Load(request.Trace, request.Llm);
        return Run(workload, Cluster(workload, request), policy, new PolicyTerms(request.AgentsFrom, workload.Agents), request.Losses, request.Seed, cancel);
    }

    /// <summary>A workload on a cluster from which no node is lost.</summary>
    internal static ReplayReport Run(Workload workload, ClusterSpec cluster, string policy, CancellationToken cancel) =>
        Run(workload, cluster, policy, PolicyTerms.Default with { Agents = workload.Agents }, [], 1, cancel);

    /// <summary>The same with a policy that users cannot name.</summary>
    internal static ReplayReport Run(Workload workload, ClusterSpec cluster, Func<JobMachine, IJobPolicy> policy)
    {
        var watch = Stopwatch.StartNew();
        var simulation = new ClusterSimulation(workload, cluster, policy, [], 1);
        simulation.Run(CancellationToken.None);
        return simulation.Schedule().Report("", watch.Elapsed, []);
    }

    private static ReplayReport Run(
        Workload workload, ClusterSpec cluster, string policy, PolicyTerms terms, IReadOnlyList<NodeLoss> losses, int seed, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var simulation = new ClusterSimulation(workload, cluster, ClusterPolicies.Make(policy, terms), losses, seed);
        simulation.Run(cancel);
        return simulation.Schedule().Report(policy, watch.Elapsed, workload.Notes);
    }

    /// <exception cref="GranaryException">Invalid, when neither the user nor the trace says how many processors there are, or a loss names more nodes.</exception>
    internal static ClusterSpec Cluster(Workload workload, ReplayRequest request)
    {
        if (request.Nodes is null && workload.Processors == 0)
            throw GranaryException.Invalid($"{request.Trace.Path}: does not say how many processors the machine had; say it with --nodes N or --nodes FILE");
        var cluster = request.Nodes is { } nodes ? NodeFile.Cluster(nodes)
            : NodeFile.Cluster(workload.Processors / workload.UnitsPerProcessor, $"{request.Trace.Path}: the machine's size is");
        foreach (var slow in request.Slow) cluster = cluster.Slow(slow.Nodes, slow.Factor);
        if (request.Losses.Sum(l => (long)l.Nodes) is var lost && lost >= cluster.Nodes.Count)
            throw GranaryException.Invalid($"--lose-node loses {lost} nodes of {cluster.Nodes.Count}; at least one must stay");
        return cluster.InUnits(workload.UnitsPerProcessor);
    }
}
