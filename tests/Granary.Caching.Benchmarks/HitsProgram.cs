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
        Console.WriteLine("the LIRS paper's sizes, and every 128 MiB");
        Table(data, Cases());
        Console.WriteLine("other sizes, on which nothing was chosen");
        Table(data, OtherCases());
        return 0;
    }

    private static void Table(string data, IEnumerable<(string Name, long Size, bool ByBytes)> cases)
    {
        var policies = ReplacementPolicies.Single.Append(PolicyKind.Auto).ToList();
        Console.WriteLine($"{"trace",-20}{"size",8}" + string.Concat(policies.Select(p => $"{p.ToString().ToLowerInvariant(),10}")) + $"{"belady",10}{"bound",10}{"auto-best",11}");
        var sums = new double[policies.Count];
        var (rows, within, worst) = (0, 0, 0.0);
        foreach (var (name, size, byBytes) in cases)
        {
            var trace = CacheTrace.Read(Path.Combine(data, name));
            var capacity = byBytes ? size * MiB : size;
            var ratios = policies.Select(p => 100 * CacheSimulation.Run(trace.Requests, ReplacementPolicies.Create(p, capacity), byBytes).HitRatio).ToList();
            for (var i = 0; i < ratios.Count; i++) sums[i] += ratios[i];
            rows++;
            var lead = ratios[^1] - ratios.SkipLast(1).Max();
            if (lead >= -1) within++;
            worst = Math.Min(worst, lead);
            var belady = 100 * CacheSimulation.RunBelady(trace.Requests, capacity, byBytes).HitRatio;
            var bound = 100.0 * Belady.HitsAtMost(trace.Requests, capacity) / trace.Requests.Count;
            Console.WriteLine($"{Path.GetFileName(name).Split('.')[0],-20}{size + (byBytes ? "Mi" : ""),8}"
                + string.Concat(ratios.Select(Cell)) + Cell(belady) + Cell(bound) + Cell(lead));
        }
        Console.WriteLine($"{"mean",-28}" + string.Concat(sums.Select(s => Cell(s / rows))));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"auto is within a point of the best single policy in {within} of {rows}; the worst is {worst:0.00}"));
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

    private static IEnumerable<(string Name, long Size, bool ByBytes)> OtherCases()
    {
        for (var size = 64; size < 1024; size += 128) yield return ("cache/cloudphysics.oracleGeneral.bin", size, true);
        (string Trace, long[] Sizes)[] entries =
        [
            ("cache/cloudphysics.oracleGeneral.bin", [1000, 3000, 6000, 10_000, 15_000]), ("lirs/gli.trace.gz", [500, 1500, 2000, 2500]),
            ("lirs/multi1.trace.gz", [200, 500, 1500, 2000]), ("lirs/sprite.trace.gz", [100, 200, 600, 800, 1000]),
            ("lirs/loop.trace.gz", [250, 750]), ("lirs/cs.trace.gz", [250, 500, 1000]),
        ];
        foreach (var (trace, sizes) in entries)
            foreach (var size in sizes) yield return (trace, size, false);
    }
}
