using Granary.Caching.Policies;
using Granary.Caching.Simulation;

namespace Granary.Caching.Tests.Simulation;

/// <summary>Figures that others published or measured for the same traces.</summary>
public sealed class RealTraceTests
{
    private const string CloudPhysics = "cache/cloudphysics.oracleGeneral.bin";

    /// <summary>Misses at 128, 256 ... 1024 MiB, by libCacheSim.</summary>
    [Theory]
    [InlineData(PolicyKind.Lru, new[] { 93374L, 89783, 83572, 81722, 72494, 72104, 71972, 71704 })]
    [InlineData(PolicyKind.Fifo, new[] { 93403L, 89386, 84387, 84025, 72498, 72228, 72182, 72140 })]
    public void Misses_on_a_block_trace_are_exact(PolicyKind kind, long[] expected)
    {
        var trace = CacheTrace.Read(Data.Path(CloudPhysics));
        Assert.Equal(CacheTraceKind.OracleGeneral, trace.Kind);
        Assert.Equal(expected, Enumerable.Range(1, 8).Select(i =>
            CacheSimulation.Run(trace.Requests, ReplacementPolicies.Create(kind, i * (128L << 20)), byBytes: true).Misses));
    }

    /// <summary>Of the LIRS paper's traces, in per cent.</summary>
    [Theory]
    [InlineData("gli", 1000, 11.2, 53.1)]
    [InlineData("multi1", 1000, 48.2, 71.4)]
    [InlineData("sprite", 400, 70.8, 84.6)]
    [InlineData("loop", 500, 0.0, 49.4)]
    public void Lru_and_the_optimum_are_the_published_ones(string name, int size, double lru, double optimum)
    {
        var trace = CacheTrace.Read(Data.Path($"lirs/{name}.trace.gz")).Requests;
        Assert.Equal(lru, 100 * CacheSimulation.Run(trace, ReplacementPolicies.Create(PolicyKind.Lru, size), byBytes: false).HitRatio, 0.1);
        Assert.Equal(optimum, 100 * CacheSimulation.RunBelady(trace, size, byBytes: false).HitRatio, 0.1);
    }

    [Theory]
    [InlineData("gli", 1000)]
    [InlineData("multi1", 1000)]
    [InlineData("sprite", 400)]
    [InlineData("loop", 500)]
    public void Auto_is_within_a_point_of_the_best_single_policy(string name, int size)
    {
        var trace = CacheTrace.Read(Data.Path($"lirs/{name}.trace.gz")).Requests;
        double Ratio(PolicyKind kind) => 100 * CacheSimulation.Run(trace, ReplacementPolicies.Create(kind, size), byBytes: false).HitRatio;
        Assert.InRange(Ratio(PolicyKind.Auto), ReplacementPolicies.Single.Max(Ratio) - 1, 100);
    }
}
