namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// How well a node that has room suits a request. It depends on nothing but the node and the request, so that it need not be asked again
/// until the node changes.
/// </summary>
public interface IGpuScore
{
    /// <returns>Larger is better; finite.</returns>
    /// <param name="devices">The devices the request would take, a bit each.</param>
    double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices);
}
