using Granary.Model;

namespace Granary.Simulation.Cluster.Machines;

/// <summary>One node of a simulated cluster.</summary>
/// <param name="Processors">At least 1.</param>
/// <param name="Slowness">How many times longer than the trace says a job runs there; 1 for as fast.</param>
public readonly record struct ClusterNode(int Processors, double Slowness = 1);

/// <summary>The machine on which a workload is replayed.</summary>
public sealed record ClusterSpec
{
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    /// <summary>Of all nodes.</summary>
    public int Processors => Nodes.Sum(n => n.Processors);

    /// <summary>Nodes of one processor each.</summary>
    public static ClusterSpec Uniform(int processors) => new() { Nodes = [.. Enumerable.Repeat(new ClusterNode(1), processors)] };

    /// <summary>With processors counted in smaller units.</summary>
    public ClusterSpec InUnits(int perProcessor) =>
        perProcessor == 1 ? this : new ClusterSpec { Nodes = [.. Nodes.Select(n => n with { Processors = checked(n.Processors * perProcessor) })] };

    /// <summary>The first nodes become slower.</summary>
    /// <exception cref="GranaryException">Invalid, when there are fewer nodes.</exception>
    public ClusterSpec Slow(int nodes, double factor)
    {
        if (nodes > Nodes.Count) throw GranaryException.Invalid($"--slow-node names {nodes} nodes of {Nodes.Count}");
        return new ClusterSpec { Nodes = [.. Nodes.Select((n, i) => i < nodes ? n with { Slowness = n.Slowness * factor } : n)] };
    }
}
