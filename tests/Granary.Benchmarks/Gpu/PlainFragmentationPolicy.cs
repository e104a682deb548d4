using Granary.Scheduling.Placement.Gpu;

namespace Granary.Benchmarks.Gpu;

/// <summary>FGD by the letter of its definition: for every decision, every node, every device, the fragmentation before and after is summed over all parts of the workload.</summary>
internal sealed class PlainFragmentationPolicy(GpuWorkload workload) : GpuPolicy
{
    public override string Name => "fgd, everything computed anew";

    public override int Choose(GpuNodes nodes, in GpuRequest request, out uint devices)
    {
        devices = 0;
        var chosen = -1;
        var best = double.NegativeInfinity;
        for (var node = 0; node < nodes.Count; node++)
        {
            if (!nodes.Fits(node, request)) continue;
            var free = nodes.Free(node).ToArray();
            var before = Of(nodes.Model(node), nodes.CpuFree(node), free);
            foreach (var taken in Choices(free, request))
            {
                var after = (ushort[])free.Clone();
                for (var device = 0; device < after.Length; device++)
                    if ((taken >> device & 1) != 0) after[device] -= (ushort)request.MilliPerGpu;
                var gain = before - Of(nodes.Model(node), nodes.CpuFree(node) - request.CpuMilli, after);
                var score = Math.Floor(100 / (1 + Math.Exp(-gain / GpuRequest.WholeGpu)));
                if (score <= best) continue;
                (best, chosen, devices) = (score, node, taken);
            }
        }
        return chosen;
    }

    private static IEnumerable<uint> Choices(ushort[] free, GpuRequest request)
    {
        if (!request.IsShare) return [DeviceChoice.BestFit(free, request)];
        return Enumerable.Range(0, free.Length).Where(d => free[d] >= request.MilliPerGpu).Select(d => 1u << d);
    }

    private double Of(ulong model, int cpu, ushort[] free)
    {
        double sum = 0;
        foreach (var (request, share) in workload.Parts)
        {
            var total = free.Sum(f => f);
            var runs = !request.IsCpuOnly && (request.Models == 0 || (request.Models & model) != 0) && cpu >= request.CpuMilli
                && free.Count(f => f >= request.MilliPerGpu) >= request.Gpus;
            sum += share * (runs ? free.Where(f => f < request.MilliPerGpu).Sum(f => f) : total);
        }
        return sum;
    }
}
