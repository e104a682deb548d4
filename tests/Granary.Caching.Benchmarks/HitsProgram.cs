using System.Globalization;
using Granary.Caching.Policies;
using Granary.Caching.Simulation;

namespace Granary.Caching.Benchmarks;

/// <summary><c>hits</c>: the hit ratio of every policy on every trace of <c>GRANARY_DATA</c>, and what <c>auto</c> loses to the best of them.</summary>
internal static class HitsProgram
{
    private const long MiB = 1 << 20;

    public static int Run()
    {
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is not { Length: > 0 } data)
        {
            Console.Error.WriteLine("GRANARY_DATA is not set: there are no traces to run");
            return 2;
        }
        var policies = ReplacementPolicies.Single.Append(PolicyKind.Auto).ToList();
        Console.WriteLine($"{"trace",-20}{"size",8}" + string.Concat(policies.Select(p => $"{p.ToString().ToLowerInvariant(),10}")) + $"{"belady",10}{"bound",10}{"auto-best",11}");
        var sums = new double[policies.Count];
        var rows = 0;
        foreach (var (name, size, byBytes) in Cases())
        {
            var trace = CacheTrace.Read(Path.Combine(data, name));
            var capacity = byBytes ? size * MiB : size;
            var ratios = policies.Select(p => 100 * CacheSimulation.Run(trace.Requests, ReplacementPolicies.Create(p, capacity), byBytes).HitRatio).ToList();
            for (var i = 0; i < ratios.Count; i++) sums[i] += ratios[i];
            rows++;
            var belady = 100 * CacheSimulation.RunBelady(trace.Requests, capacity, byBytes).HitRatio;
            var bound = 100.0 * Belady.HitsAtMost(trace.Requests, capacity) / trace.Requests.Count;
            Console.WriteLine($"{Path.GetFileName(name).Split('.')[0],-20}{size + (byBytes ? "Mi" : ""),8}"
                + string.Concat(ratios.Select(Cell)) + Cell(belady) + Cell(bound) + Cell(ratios[^1] - ratios.SkipLast(1).Max()));
        }
        Console.WriteLine($"{"mean",-28}" + string.Concat(sums.Select(s => Cell(s / rows))));
        return 0;
    }

    private static string Cell(double percent) => percent.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(10);

    private static IEnumerable<(string Name, long Size, bool ByBytes)> Cases()
    {
        for (var size = 128; size <= 1024; size += 128) yield return ("cache/cloudphysics.oracleGeneral.bin", size, true);
        yield return ("lirs/gli.trace.gz", 1000, false);
        yield return ("lirs/multi1.trace.gz", 1000, false);
        yield return ("lirs/sprite.trace.gz", 400, false);
        yield return ("lirs/loop.trace.gz", 500, false);
    }
}
