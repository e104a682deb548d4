using Granary.Scheduling.Devices;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>
/// FGD: how many GPUs' worth of fragmentation goes when the task takes its devices there (below 0: comes), measured against what the pool's tasks
/// ask (Weng et al., Beware of Fragmentation, USENIX ATC 2023). Nodes whose GPUs are not told apart score 0.
/// </summary>
public sealed class FragmentationScore : INodeScore
{
    public string Name => ScoreNames.Fgd;

    public double Score(in PlacementRequest request, in NodeCandidate node)
    {
        if (node.Entry.Devices is not { } devices) return 0;
        var table = devices.Demand.Table;
        Span<ushort> free = stackalloc ushort[devices.Count];
        devices.Free.CopyTo(free);
        var cpu = node.Free[0];
        var before = table.Of(cpu, free);
        DeviceSet.TakeFrom(free, request.Resources[DeviceSet.Lane]);
        return (before - table.Of(cpu - request.Resources[0], free)) / GpuRequest.WholeGpu;
    }
}
