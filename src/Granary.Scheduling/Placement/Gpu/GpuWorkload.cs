namespace Granary.Scheduling.Placement.Gpu;

/// <summary>One kind of request and how much of the workload it makes up, 0 to 1. Memory is not told apart.</summary>
public readonly record struct WorkloadPart(GpuRequest Request, double Share);

/// <summary>The target workload that fragmentation is measured against: the typical requests and their shares, which add up to 1.</summary>
public sealed class GpuWorkload
{
    /// <summary>How much of all requests the typical ones must cover.</summary>
    public const double DefaultCoverage = 0.95;

    private GpuWorkload(WorkloadPart[] parts)
    {
        Parts = parts;
        var gpu = parts.Sum(p => p.Share * p.Request.TotalMilli);
        CpuPerGpu = gpu > 0 ? parts.Sum(p => p.Share * p.Request.CpuMilli) / gpu : 0;
    }

    /// <summary>The typical requests, the most frequent first.</summary>
    public IReadOnlyList<WorkloadPart> Parts { get; }

    /// <summary>CPU asked, with that of requests without devices, over devices asked: milli a thousandth, or cores a device; 0 when none are asked.</summary>
    public double CpuPerGpu { get; }

    /// <summary>
    /// Counts requests of equal CPU, devices and models, and keeps the most frequent until they cover <paramref name="coverage"/> of all.
    /// Of equally frequent ones the larger comes first.
    /// </summary>
    /// <param name="coverage">Above 0, at most 1.</param>
    public static GpuWorkload Of(IEnumerable<GpuRequest> requests, double coverage = DefaultCoverage)
    {
        var counts = new Dictionary<GpuRequest, double>();
        foreach (var request in requests)
        {
            var kind = Kind(request);
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }
        return Of(counts, coverage);
    }

    /// <summary>As the other, from counts (or decayed counts) of requests.</summary>
    public static GpuWorkload Of(IReadOnlyDictionary<GpuRequest, double> counts, double coverage = DefaultCoverage)
    {
        if (coverage is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "above 0, at most 1");
        var sorted = counts.Where(c => c.Value > 0)
            .OrderByDescending(c => c.Value).ThenByDescending(c => c.Key.CpuMilli).ThenByDescending(c => c.Key.MilliPerGpu)
            .ThenByDescending(c => c.Key.Gpus).ThenByDescending(c => c.Key.Models).ToArray();
        var all = sorted.Sum(c => c.Value);
        double covered = 0;
        var typical = 0;
        while (typical < sorted.Length && covered < coverage * all) covered += sorted[typical++].Value;
        return new GpuWorkload([.. sorted.Take(typical).Select(c => new WorkloadPart(c.Key, c.Value / covered))]);
    }

    /// <summary>The request without what fragmentation does not look at.</summary>
    public static GpuRequest Kind(in GpuRequest request) =>
        request.MemoryMiB == 0 ? request : new(request.CpuMilli, 0, request.Gpus, request.MilliPerGpu, request.Models);
}
