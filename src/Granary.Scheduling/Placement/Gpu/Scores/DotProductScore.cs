namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>
/// The smallest dot product of what is free and what is asked, each over the largest node's size (Grandl et al., Multi-Resource Packing for
/// Cluster Schedulers, SIGCOMM 2014, turned round as the published comparison has it: the node that has least of what is asked is the best).
/// </summary>
/// <param name="maxCpuMilli">CPU of the largest node.</param>
/// <param name="maxGpuMilli">Thousandths of devices of the largest node.</param>
public readonly struct DotProductScore(int maxCpuMilli, int maxGpuMilli) : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        devices = DeviceChoice.BestFit(nodes.Free(node), request);
        var cpu = (double)nodes.CpuFree(node) / maxCpuMilli * request.CpuMilli / maxCpuMilli;
        var gpu = (double)nodes.TotalFree(node) / maxGpuMilli * request.TotalMilli / maxGpuMilli;
        return Rounding.Percent(1 - ((cpu + gpu) / 2));
    }
}
