using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Tests.Placement.Gpu;

/// <summary>Fragmentation by the letter of its definition, part by part, to judge the look-ups against.</summary>
internal static class PlainFragmentation
{
    public static double Of(GpuWorkload workload, ulong model, int cpu, ReadOnlySpan<ushort> free)
    {
        double sum = 0;
        foreach (var (request, share) in workload.Parts)
        {
            int total = 0, holding = 0, tooSmall = 0;
            foreach (var device in free)
            {
                total += device;
                if (device >= request.MilliPerGpu) holding++;
                else tooSmall += device;
            }
            var runs = !request.IsCpuOnly && (request.Models == 0 || (request.Models & model) != 0) && cpu >= request.CpuMilli && holding >= request.Gpus;
            sum += share * (runs ? tooSmall : total);
        }
        return sum;
    }

    public static double Gain(GpuWorkload workload, ulong model, int cpu, ReadOnlySpan<ushort> free, in GpuRequest request, out uint devices)
    {
        var before = Of(workload, model, cpu, free);
        devices = 0;
        var best = double.NegativeInfinity;
        for (var i = 0; i < free.Length || (request.IsCpuOnly && i == 0); i++)
        {
            var after = free.ToArray();
            var taken = request.IsShare ? 1u << i : DeviceChoice.BestFit(free, request);
            for (var d = 0; d < after.Length; d++)
                if ((taken >> d & 1) != 0) after[d] = (ushort)Math.Max(-1, after[d] - request.MilliPerGpu);
            if (request.IsShare && free[i] < request.MilliPerGpu) continue;
            var gain = before - Of(workload, model, cpu - request.CpuMilli, after);
            if (gain <= best) continue;
            best = gain;
            devices = taken;
        }
        return best;
    }
}
