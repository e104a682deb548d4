using Granary.Scheduling.Placement.Gpu;

namespace Granary.Simulation.Openb;

/// <summary>A pod of the trace: what it asks, and when it came and went, seconds since the trace began.</summary>
/// <param name="Created">null, as <paramref name="Deleted"/>, where the file has no times.</param>
/// <param name="Started">When the traced cluster started it; null when it did not.</param>
public sealed record OpenbPod(string Name, GpuRequest Request, long? Created, long? Deleted, long? Started);

/// <summary>Machines and pods of Alibaba's openb trace (Weng et al., USENIX ATC 2023), in the order of their files.</summary>
public sealed record OpenbTrace(IReadOnlyList<GpuNode> Nodes, IReadOnlyList<OpenbPod> Pods)
{
    /// <summary>Reads both files, plain or gzip.</summary>
    /// <exception cref="Model.GranaryException">Invalid: <c>file:line: what, and what would be right</c>.</exception>
    public static OpenbTrace Read(string podsPath, string nodesPath)
    {
        var models = new GpuModels();
        var nodes = OpenbNodes.Read(nodesPath, models);
        return new OpenbTrace(nodes, OpenbPods.Read(podsPath, models));
    }

    /// <summary>Thousandths of devices on all nodes.</summary>
    public long GpuCapacityMilli => Nodes.Sum(n => (long)n.Gpus * GpuRequest.WholeGpu);
}
