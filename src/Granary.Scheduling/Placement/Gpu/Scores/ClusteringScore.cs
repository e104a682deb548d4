namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>
/// GPU clustering: tasks of one kind (a share; n whole devices) go where that kind runs alone, else among others, else to an idle node,
/// else to a node of other kinds; within each, to the node with the least free (Xiao et al., Gandiva, OSDI 2018).
/// </summary>
/// <param name="maxGpuMilli">Thousandths of devices of the largest node.</param>
public readonly struct ClusteringScore(int maxGpuMilli) : IGpuScore
{
    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        devices = DeviceChoice.BestFit(nodes.Free(node), request);
        if (request.IsCpuOnly) return 0;
        var kinds = 0;
        for (var kind = 1; kind < GpuKinds.Count; kind++)
            if (nodes.Kind(node, kind) > 0) kinds++;
        var tier = nodes.Kind(node, GpuKinds.Of(request)) > 0 ? kinds == 1 ? 3 : 2 : kinds == 0 ? 1 : 0;
        return (25 * tier) + Math.Floor(25.0 * (maxGpuMilli - nodes.TotalFree(node)) / maxGpuMilli);
    }
}
