using Granary.Model;

namespace Granary.Distribution.Nodes;

/// <summary>A node of the pool as it is now.</summary>
/// <param name="Ready">It takes tasks.</param>
/// <param name="Silent">It has missed heartbeats: what runs there may never end.</param>
/// <param name="Free">What no lease holds.</param>
/// <param name="Used">What leases hold, of this work and of others.</param>
public sealed record NodeReading(string Node, bool Ready, bool Silent, ResourceSet Free, ResourceSet Used)
{
    public static NodeReading Of(NodeView view) => new(view.Spec.Name, view.State == NodeState.Ready, view.State is NodeState.Suspect or NodeState.Lost,
        Minus(view.Spec.Capacity, view.Used), view.Used);

    internal static ResourceSet Minus(ResourceSet from, ResourceSet what) => Plus(from, what, -1);

    internal static ResourceSet Plus(ResourceSet to, ResourceSet what, int times = 1) => new()
    {
        CpuMilli = to.CpuMilli + (times * what.CpuMilli),
        MemoryMiB = to.MemoryMiB + (times * what.MemoryMiB),
        GpuMilli = to.GpuMilli + (times * what.GpuMilli),
        GpuMemoryMiB = to.GpuMemoryMiB + (times * what.GpuMemoryMiB),
        NetworkMbps = to.NetworkMbps + (times * what.NetworkMbps),
        StorageMBps = to.StorageMBps + (times * what.StorageMBps),
        Custom = (to.Custom ?? what.Custom) is null ? null
            : (to.Custom?.Keys ?? []).Union(what.Custom?.Keys ?? []).ToDictionary(k => k, k => to.AmountOf(k) + (times * what.AmountOf(k)), StringComparer.Ordinal),
    };

    /// <summary>How often a request fits in, at most <paramref name="most"/>; that for one that asks for nothing.</summary>
    internal static int Times(ResourceSet free, ResourceSet request, int most)
    {
        long times = most;
        foreach (var (name, amount) in request.Named())
            if (amount > 0) times = Math.Min(times, Math.Max(0, free.AmountOf(name)) / amount);
        return (int)times;
    }
}
