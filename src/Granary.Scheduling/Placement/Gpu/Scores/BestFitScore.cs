namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>Best fit: the least left over, CPU and devices each over the largest node's, half and half.</summary>
/// <param name="maxCpuMilli">CPU of the largest node.</param>
/// <param name="maxGpuMilli">Thousandths of devices of the largest node.</param>
public readonly struct BestFitScore(int maxCpuMilli, int maxGpuMilli) : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        devices = DeviceChoice.BestFit(nodes.Free(node), request);
        var cpu = (double)(nodes.CpuFree(node) - request.CpuMilli) / maxCpuMilli;
        var gpu = (double)(nodes.TotalFree(node) - request.TotalMilli) / maxGpuMilli;
        return Rounding.Percent(1 - ((cpu + gpu) / 2));
    }
}
