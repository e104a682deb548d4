using Granary.Scheduling.Placement.Gpu;

namespace Granary.Simulation.Openb;

/// <summary>
/// How much of the GPUs a policy gives away while pods keep coming and none leaves. Each shuffle puts the nodes and the pods into a random
/// order, then draws pods anew (with replacement) until what was asked comes to <see cref="FullLoad"/> of all GPUs; what fits nowhere is
/// turned away for good. The ratio at a load is the mean over the arrivals at which what was asked so far rounds to that per cent.
/// </summary>
/// <remarks>The arrangement of the published comparison (Weng et al., USENIX ATC 2023, figure 9a, and its simulator), so that figures can be compared.</remarks>
public static class AllocationExperiment
{
    /// <summary>How much is asked in the end, over all GPUs, unless more is measured.</summary>
    public const double FullLoad = 1.3;

    /// <param name="create">Makes the policy for the nodes of this shuffle; the seed is for its own draws.</param>
    /// <param name="seed">Of this shuffle.</param>
    /// <param name="mostLoad">How far to go, at least <see cref="FullLoad"/>.</param>
    public static AllocationCurve Run(
        OpenbTrace trace, GpuWorkload workload, Func<GpuNodes, GpuWorkload, ulong, GpuPolicy> create, ulong seed, double mostLoad = FullLoad,
        CancellationToken cancel = default)
    {
        var random = new SplitMix64(seed);
        GpuNode[] shuffled = [.. trace.Nodes];
        random.Shuffle(shuffled.AsSpan());
        var nodes = new GpuNodes(shuffled);
        var policy = create(nodes, workload, random.Next());
        var arrivals = Arrivals(trace, mostLoad, ref random);
        var curve = new AllocationCurve(nodes.GpuCapacityMilli, mostLoad);
        foreach (var request in arrivals)
        {
            cancel.ThrowIfCancellationRequested();
            var node = policy.Choose(nodes, request, out var devices);
            if (node >= 0) nodes.Place(node, request, devices);
            curve.Add(request, node >= 0, nodes.GpuUsedMilli);
        }
        return curve;
    }

    private static List<GpuRequest> Arrivals(OpenbTrace trace, double load, ref SplitMix64 random)
    {
        GpuRequest[] pods = [.. trace.Pods.Select(p => p.Request)];
        var order = pods.ToArray();
        random.Shuffle(order.AsSpan());
        var target = load * trace.GpuCapacityMilli;
        double asked = pods.Sum(p => (long)p.TotalMilli);
        var arrivals = order.ToList();
        while (asked > target)
        {
            var at = random.Next(arrivals.Count);
            asked -= arrivals[at].TotalMilli;
            arrivals.RemoveAt(at);
        }
        if (asked <= 0) return arrivals;
        for (; ; )
        {
            var drawn = pods[random.Next(pods.Length)];
            if (asked + drawn.TotalMilli > target) return arrivals;
            asked += drawn.TotalMilli;
            arrivals.Add(drawn);
        }
    }
}
