namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>Spread: the most left over, as parts of what the node has; a share goes to the emptiest device.</summary>
public readonly struct SpreadScore : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        var free = nodes.Free(node);
        devices = request.IsShare ? Emptiest(free) : DeviceChoice.BestFit(free, request);
        var cpu = nodes.CpuCapacity(node) == 0 ? 0 : (double)(nodes.CpuFree(node) - request.CpuMilli) / nodes.CpuCapacity(node);
        if (request.IsCpuOnly) return cpu;
        return (cpu + ((double)(nodes.TotalFree(node) - request.TotalMilli) / (nodes.Gpus(node) * GpuRequest.WholeGpu))) / 2;
    }

    private static uint Emptiest(ReadOnlySpan<ushort> free)
    {
        var best = 0;
        for (var i = 1; i < free.Length; i++)
            if (free[i] > free[best]) best = i;
        return 1u << best;
    }
}
