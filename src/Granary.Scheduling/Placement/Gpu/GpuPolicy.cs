namespace Granary.Scheduling.Placement.Gpu;

/// <summary>Chooses a node and its devices for a request.</summary>
public abstract class GpuPolicy
{
    /// <summary>Its name in options and reports.</summary>
    public abstract string Name { get; }

    /// <summary>The node to take, and its devices (a bit each); -1 when no node has room. Nothing is placed.</summary>
    public abstract int Choose(GpuNodes nodes, in GpuRequest request, out uint devices);
}
