using System.Diagnostics;
using System.Globalization;
using Granary.Caching.Policies;
using Microsoft.Extensions.Caching.Memory;

namespace Granary.Caching.Benchmarks;

/// <summary>
/// <c>throughput</c>: reads a second at 1, 2 and 8 threads beside MemoryCache and a locked LRU, all in one run. Zipf keys (exponent 0.99) over twice the capacity,
/// a miss puts its value in; and hits alone. Medians of rounds that take turns.
/// </summary>
internal static class ThroughputProgram
{
    private const int Capacity = 50_000;
    private const int Rounds = 7;
    private static readonly int[] Threads = [1, 2, 8];
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(200);

    public static int Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores; millions of reads a second, medians of {Rounds} rounds of {RoundTime.TotalMilliseconds:0} ms");
        foreach (var (title, keys) in new[] { ("zipf, twice the capacity", 2 * Capacity), ("hits alone", Capacity / 2) })
        {
            var trace = Zipf(keys, 1 << 20);
            Console.WriteLine($"{title,-28}{"1",10}{"2",10}{"8",10}{"hits",10}{"B/read",10}");
            var caches = Caches().Select(c => (c.Name, Cache: c.Make())).ToList();
            foreach (var (_, (get, set)) in caches)
            {
                for (var key = 0L; key < keys; key++) set(key);
                foreach (var key in trace.AsSpan(0, 1 << 18))
                    if (!get(key)) set(key);
            }
            // One round of each in turn, so that what else the machine does meets all of them.
            var rounds = new Dictionary<(string Name, int Threads), List<(double PerSecond, double HitRatio, double BytesPerRead)>>();
            foreach (var threads in Threads)
                for (var round = 0; round < Rounds; round++)
                    foreach (var (name, (get, set)) in caches)
                        (rounds.TryGetValue((name, threads), out var mine) ? mine : rounds[(name, threads)] = []).Add(Round(get, set, trace, threads));
            foreach (var (name, _) in caches)
            {
                var speeds = Threads.Select(t => rounds[(name, t)].Select(r => r.PerSecond).Order().ElementAt(Rounds / 2) / 1e6).ToList();
                var (ratio, bytes) = (rounds[(name, 1)].Average(r => r.HitRatio), rounds[(name, 1)].Min(r => r.BytesPerRead));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28}{speeds[0],10:0.00}{speeds[1],10:0.00}{speeds[2],10:0.00}{ratio,10:P1}{bytes,10:0.0}"));
            }
        }
        return 0;
    }

    private static IEnumerable<(string Name, Func<(Func<long, bool> Get, Action<long> Set)> Make)> Caches()
    {
        yield return ("MemoryCache", () =>
        {
            var cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = Capacity });
            var size = new MemoryCacheEntryOptions { Size = 1 };
            return (key => cache.TryGetValue(key, out _), key => cache.Set(key, key, size));
        }
        );
        yield return ("locked LRU", () =>
        {
            var cache = new LockedLru<long, object>(Capacity);
            return (key => cache.TryGet(key, out _), key => cache.Set(key, key));
        }
        );
        foreach (var policy in new[] { PolicyKind.Lru, PolicyKind.Sieve, PolicyKind.S3Fifo, PolicyKind.WTinyLfu, PolicyKind.Auto })
            yield return ($"Cache, {policy.ToString().ToLowerInvariant()}", () =>
            {
                var cache = new Cache<long, object>(new CacheOptions { Capacity = Capacity, Policy = policy, Seed = 1 });
                return (key => cache.TryGet(key, out _), key => cache.Set(key, key));
            }
            );
    }

    private static (double PerSecond, double HitRatio, double BytesPerRead) Round(Func<long, bool> get, Action<long> set, long[] trace, int threads)
    {
        var (reads, hits, bytes) = (0L, 0L, 0L);
        using var start = new Barrier(threads + 1);
        var stop = false;
        var workers = Enumerable.Range(0, threads).Select(n => new Thread(() =>
        {
            var at = trace.Length / threads * n;
            var (mine, found) = (0L, 0L);
            start.SignalAndWait();
            var before = GC.GetAllocatedBytesForCurrentThread();
            while (!Volatile.Read(ref stop))
            {
                for (var i = 0; i < 256; i++)
                {
                    var key = trace[at = (at + 1) & (trace.Length - 1)];
                    if (get(key)) found++;
                    else set(key);
                }
                mine += 256;
            }
            Interlocked.Add(ref bytes, GC.GetAllocatedBytesForCurrentThread() - before);
            Interlocked.Add(ref reads, mine);
            Interlocked.Add(ref hits, found);
        })).ToList();
        workers.ForEach(w => w.Start());
        start.SignalAndWait();
        var began = Stopwatch.GetTimestamp();
        Thread.Sleep(RoundTime);
        Volatile.Write(ref stop, true);
        workers.ForEach(w => w.Join());
        return (reads / Stopwatch.GetElapsedTime(began).TotalSeconds, (double)hits / reads, (double)bytes / reads);
    }

    private static long[] Zipf(int keys, int length)
    {
        var sums = new double[keys];
        var sum = 0.0;
        for (var i = 0; i < keys; i++) sums[i] = sum += 1 / Math.Pow(i + 1, 0.99);
        var random = new Random(1);
        var trace = new long[length];
        for (var i = 0; i < length; i++)
        {
            var at = Array.BinarySearch(sums, random.NextDouble() * sum);
            trace[i] = Math.Min(keys - 1, at < 0 ? ~at : at);
        }
        return trace;
    }
}
