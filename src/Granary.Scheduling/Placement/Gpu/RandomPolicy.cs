namespace Granary.Scheduling.Placement.Gpu;

/// <summary>Any node that has room, and any of its devices that hold a share, each as likely as the others.</summary>
public sealed class RandomPolicy(ulong seed) : GpuPolicy
{
    private SplitMix64 _random = new(seed);

    public override string Name => GpuPolicies.Random;

    public override int Choose(GpuNodes nodes, in GpuRequest request, out uint devices)
    {
        int chosen = -1, seen = 0;
        for (var node = 0; node < nodes.Count; node++)
            if (nodes.Fits(node, request) && _random.Next(++seen) == 0) chosen = node;
        devices = 0;
        if (chosen < 0) return -1;
        var free = nodes.Free(chosen);
        if (!request.IsShare)
        {
            devices = DeviceChoice.BestFit(free, request);
            return chosen;
        }
        seen = 0;
        for (var i = 0; i < free.Length; i++)
            if (free[i] >= request.MilliPerGpu && _random.Next(++seen) == 0) devices = 1u << i;
        return chosen;
    }
}
