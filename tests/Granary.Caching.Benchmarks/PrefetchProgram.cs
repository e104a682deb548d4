using System.Globalization;
using Granary.Caching.Policies;
using Granary.Caching.Prefetch;
using Granary.Caching.Simulation;

namespace Granary.Caching.Benchmarks;

/// <summary><c>prefetch</c>: how often guesses are right, and what they do to an LRU cache's hit ratio, on real traces and on noise.</summary>
internal static class PrefetchProgram
{
    public static Task<int> RunAsync()
    {
        Console.WriteLine($"{"trace",-16}{"size",8}{"without",10}{"with",10}{"fetched",10}{"right",10}   by pattern: precision now, on or off");
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is { Length: > 0 } data)
        {
            foreach (var (name, size) in new[] { ("gli", 1000), ("multi1", 1000), ("sprite", 400), ("loop", 500) })
                Show(name, CacheTrace.Read(Path.Combine(data, $"lirs/{name}.trace.gz")).Requests, size);
            Show("cloudphysics", CacheTrace.Read(Path.Combine(data, "cache/cloudphysics.oracleGeneral.bin")).Requests, 5000);
        }
        var random = new Random(1);
        Show("noise", [.. Enumerable.Range(0, 200_000).Select(_ => new CacheRequest((ulong)random.Next(1 << 20), 1))], 1000);
        return Task.FromResult(0);
    }

    private static void Show(string name, IReadOnlyList<CacheRequest> trace, int size)
    {
        var (plain, cache, prefetcher) = (ReplacementPolicies.Create(PolicyKind.Lru, size), ReplacementPolicies.Create(PolicyKind.Lru, size), new Prefetcher());
        var (without, with, fetched, expected) = (0, 0, 0L, new List<ulong>());
        foreach (var (key, _) in trace)
        {
            if (plain.Access(key, 1)) without++;
            if (cache.Access(key, 1)) with++;
            expected.Clear();
            prefetcher.Requested(key, expected);
            foreach (var next in expected)
            {
                if (cache.Contains(next)) continue;
                fetched++;
                cache.Access(next, 1);
            }
        }
        var made = prefetcher.Statistics;
        var (right, settled) = (made.Sum(s => s.Right), made.Sum(s => s.Right + s.Wrong));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-16}{size,8}{100.0 * without / trace.Count,10:0.00}{100.0 * with / trace.Count,10:0.00}{fetched,10}{100.0 * right / Math.Max(1, settled),10:0.0}   ")
            + string.Join(", ", made.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Pattern.ToString().ToLowerInvariant()} {s.Precision:0.00} {(s.On ? "on" : "off")}"))));
    }
}
