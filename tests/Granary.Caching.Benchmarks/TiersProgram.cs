using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Caching.Tiers;

namespace Granary.Caching.Benchmarks;

/// <summary><c>tiers</c>: what a read costs in each tier, what compressing gives, and how long a disk tier takes to open again; on text and on noise of 16 KiB.</summary>
internal static class TiersProgram
{
    private const int Values = 4096;
    private const int Bytes = 16 * 1024;

    public static int Run()
    {
        foreach (var (name, make) in new (string, Func<int, byte[]>)[] { ("text", Text), ("noise", Noise) })
        {
            var folder = Directory.CreateTempSubdirectory("granary-tiers-").FullName;
            try
            {
                Measure(name, make, Path.Combine(folder, "tier"));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        return 0;
    }

    private static void Measure(string name, Func<int, byte[]> make, string path)
    {
        DiskTier Disk() => new(new DiskBlockFile(path), new DiskTierOptions { Capacity = 256L << 20 });
        var values = Enumerable.Range(0, Values).Select(make).ToArray();
        var options = new TieredCacheOptions { MemoryBytes = 8 << 20, CompressedBytes = 8 << 20, Policy = Policies.PolicyKind.Lru };
        using (var cache = new TieredCache(options, Disk()))
        {
            var wrote = Time(Values, i => cache.Set($"k{i}", values[i]));
            var before = cache.Statistics;
            Print($"{name}: set, with what it demotes", wrote);
            Print($"{name}: compressed to, per cent", before.CompressedFrom == 0 ? 100 : 100.0 * before.CompressedTo / before.CompressedFrom);
            cache.Get("k0");
            Print($"{name}: persisting what is in memory, ms", Time(1, _ => cache.Persist()) / 1000);
            Print($"{name}: hit in memory", Time(200_000, _ => cache.Get("k0")));
        }
        using (var compressed = new TieredCache(options with { MemoryBytes = Bytes, CompressedBytes = 256 << 20 }))
        {
            for (var i = 0; i < 500; i++) compressed.Set($"k{i}", values[i]);
            var spent = Time(500, i => compressed.Get($"k{i}"));
            if (compressed.Statistics.CompressedHits > 0) Print($"{name}: hit compressed, promoted, one demoted", spent);
        }
        using (var cache = new TieredCache(options with { CompressedBytes = 0 }, Disk()))
        {
            var found = 0;
            Print($"{name}: hit on disk (page cache), promoted", Time(Values, i => found += cache.Get($"k{i}") is { } v && v.AsSpan().SequenceEqual(values[i]) ? 1 : 0));
            Print($"{name}: found again after closing, of {Values}", found);
        }
        var opened = Stopwatch.GetTimestamp();
        using (var disk = Disk()) Print($"{name}: opening {disk.Bytes >> 20} MiB again, ms", Stopwatch.GetElapsedTime(opened).TotalMilliseconds);
    }

    /// <summary>Microseconds for one.</summary>
    private static double Time(int times, Action<int> what)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) what(i);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / times;
    }

    private static void Print(string what, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-55}{value,12:0.##}"));

    private static byte[] Text(int seed)
    {
        var (text, random) = (new StringBuilder(), new Random(seed));
        while (text.Length < Bytes)
            text.Append(CultureInfo.InvariantCulture, $"2026-01-{random.Next(1, 31):00} INFO task {random.Next(100_000)} of agent-{random.Next(131)} ended after {random.NextDouble() * 100:0.000} s\n");
        return Encoding.UTF8.GetBytes(text.ToString(0, Bytes));
    }

    private static byte[] Noise(int seed)
    {
        var bytes = new byte[Bytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
