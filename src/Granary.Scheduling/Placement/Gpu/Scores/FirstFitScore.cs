namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>First fit: all nodes are as good, so the first in order is taken.</summary>
public readonly struct FirstFitScore : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        devices = DeviceChoice.BestFit(nodes.Free(node), request);
        return 0;
    }
}
