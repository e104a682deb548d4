using Granary.Scheduling.Placement.Gpu.Scores;

namespace Granary.Scheduling.Placement.Gpu;

/// <summary>The policies by name.</summary>
public static class GpuPolicies
{
    public const string Random = "random";
    public const string DotProduct = "dot-product";
    public const string Clustering = "clustering";
    public const string Packing = "packing";
    public const string BestFit = "best-fit";
    public const string Fgd = "fgd";
    public const string FirstFit = "first-fit";
    public const string Spread = "spread";
    public const string Lookahead = "lookahead";

    /// <summary>All names; the best one first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Lookahead, FirstFit, BestFit, Packing, Fgd, Spread, Clustering, DotProduct, Random];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="nodes">The nodes it will choose from: their sizes scale some scores.</param>
    /// <param name="workload">What fragmentation is measured against.</param>
    /// <param name="seed">Of the random one.</param>
    /// <returns>null when there is no policy of that name.</returns>
    public static GpuPolicy? Create(string name, GpuNodes nodes, GpuWorkload workload, ulong seed)
    {
        int cpu = 1, gpu = 1;
        for (var i = 0; i < nodes.Count; i++)
        {
            cpu = Math.Max(cpu, nodes.CpuCapacity(i));
            gpu = Math.Max(gpu, nodes.Gpus(i) * GpuRequest.WholeGpu);
        }
        return name switch
        {
            Random => new RandomPolicy(seed),
            DotProduct => new ScoredPolicy<DotProductScore>(name, new(cpu, gpu)),
            Clustering => new ScoredPolicy<ClusteringScore>(name, new(gpu)),
            Packing => new ScoredPolicy<PackingScore>(name, default),
            BestFit => new ScoredPolicy<BestFitScore>(name, new(cpu, gpu)),
            Fgd => new ScoredPolicy<FragmentationScore>(name, new(new Fragmentation(workload))),
            FirstFit => new ScoredPolicy<FirstFitScore>(name, default),
            Lookahead => new ScoredPolicy<LookaheadScore>(name, new(workload, cpu)),
            Spread => new ScoredPolicy<SpreadScore>(name, default),
            _ => null,
        };
    }
}
