using System.Diagnostics;
using Granary.Model;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster;

/// <summary>Replays traces that are jobs on processors.</summary>
internal sealed class ClusterReplay(TraceKind kind, Func<string, Workload> load) : IReplay
{
    public TraceKind Kind => kind;

    public IReadOnlyList<string> Policies { get; } = [.. ClusterPolicies.Names];

    public ReplayReport Run(ReplayRequest request, string policy, CancellationToken cancel)
    {
        var workload = load(request.Trace.Path);
        return Run(workload, Cluster(workload, request), request, policy, cancel).Report;
    }

    internal static (Schedule Schedule, ReplayReport Report) Run(
        Workload workload, ClusterSpec cluster, ReplayRequest request, string policy, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var simulation = new ClusterSimulation(workload, cluster, ClusterPolicies.Make(policy, new PolicyTerms(request.AgentsFrom, workload.Agents)), request.Losses, request.Seed);
        simulation.Run(cancel);
        var schedule = simulation.Schedule();
        return (schedule, schedule.Report(policy, watch.Elapsed, workload.Notes));
    }

    /// <exception cref="GranaryException">Invalid, when neither the user nor the trace says how many processors there are, or a loss names more nodes.</exception>
    internal static ClusterSpec Cluster(Workload workload, ReplayRequest request)
    {
        if (request.Nodes is null && workload.Processors == 0)
            throw GranaryException.Invalid($"{request.Trace.Path}: does not say how many processors the machine had; say it with --nodes N or --nodes FILE");
        var cluster = request.Nodes is { } nodes ? NodeFile.Cluster(nodes) : ClusterSpec.Uniform(workload.Processors / workload.UnitsPerProcessor);
        foreach (var slow in request.Slow) cluster = cluster.Slow(slow.Nodes, slow.Factor);
        if (request.Losses.Sum(l => (long)l.Nodes) is var lost && lost >= cluster.Nodes.Count)
            throw GranaryException.Invalid($"--lose-node loses {lost} nodes of {cluster.Nodes.Count}; at least one must stay");
        return cluster.InUnits(workload.UnitsPerProcessor);
    }
}
