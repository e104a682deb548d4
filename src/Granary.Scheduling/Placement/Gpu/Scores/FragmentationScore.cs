namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>Fragmentation gradient descent (Weng et al., USENIX ATC 2023): the node and device where fragmentation falls most, or rises least.</summary>
public readonly struct FragmentationScore(Fragmentation fragmentation) : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        var gain = fragmentation.For(nodes.Model(node)).Gain(nodes.CpuFree(node), nodes.Free(node), request, out devices);
        return Rounding.Percent(1 / (1 + Math.Exp(-gain / GpuRequest.WholeGpu)));
    }
}
