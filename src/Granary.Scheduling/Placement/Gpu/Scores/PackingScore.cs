namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>
/// GPU packing: first devices that are in use already, the fullest before others; then idle devices of nodes in use, the fewer the better; then
/// idle nodes, the smaller the better (Weng et al., MLaaS in the Wild, NSDI 2022).
/// </summary>
public readonly struct PackingScore : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        devices = DeviceChoice.BestFit(nodes.Free(node), request);
        if (request.IsCpuOnly) return 0;
        var whole = nodes.WholeFree(node);
        if (whole == nodes.Gpus(node)) return Math.Max(33 - whole, whole);
        if (!request.IsShare) return Math.Max(50 - request.Gpus, 33);
        var free = nodes.Free(node)[System.Numerics.BitOperations.TrailingZeroCount(devices)];
        return free == GpuRequest.WholeGpu ? 49 : 100 - (free / 10 / 10);
    }
}
