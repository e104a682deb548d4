using System.Buffers;
using System.Diagnostics;
using Granary.Memory.Arenas;

namespace Granary.Memory.Benchmarks;

/// <summary>An arena beside new byte[] and ArrayPool: one thread and four by size, with 32 blocks live a thread; then fragmentation under churn.</summary>
internal static class ArenaProgram
{
    private const int Rounds = 7, Held = 32;

    public static void Run()
    {
        using var arena = new Arena(256 << 20);
        foreach (var threads in new[] { 1, 4 })
        {
            Console.WriteLine($"{threads} thread(s), {Environment.ProcessorCount} cores, {Held} blocks live each; take one, write its first byte, free the oldest; median of {Rounds} rounds");
            foreach (var length in new[] { 64, 1000, 8000, 30_000, 100_000 })
            {
                var calls = length > 10_000 ? 40_000 : 400_000;
                Compare(threads, length, calls,
                [
                    ("Arena", () => Turns(calls, () => Touch(arena.Allocate(length)), block => block.Dispose())),
                    ("new byte[]", () => Turns(calls, () => Touch(new byte[length]), _ => { })),
                    ("ArrayPool", () => Turns(calls, () => Touch(ArrayPool<byte>.Shared.Rent(length)), array => ArrayPool<byte>.Shared.Return(array))),
                ]);
            }
        }
        Churn(32);
        Churn(48);
    }

    private static ArenaBlock Touch(ArenaBlock block)
    {
        block.Span[0] = 1;
        return block;
    }

    private static byte[] Touch(byte[] array)
    {
        array[0] = 1;
        return array;
    }

    private static void Turns<T>(int calls, Func<T> take, Action<T> free)
    {
        var held = new T[Held];
        for (var i = 0; i < Held; i++) held[i] = take();
        for (var i = 0; i < calls; i++)
        {
            free(held[i % Held]);
            held[i % Held] = take();
        }
        foreach (var item in held) free(item);
    }

    private static void Compare(int threads, int length, int calls, (string Name, Action Work)[] rivals)
    {
        var times = rivals.Select(_ => new List<double>()).ToArray();
        var (bytes, collections) = (new double[rivals.Length], new int[rivals.Length]);
        for (var round = -1; round < Rounds; round++)
        {
            for (var i = 0; i < rivals.Length; i++)
            {
                var (allocated, collected, started) = (GC.GetTotalAllocatedBytes(true), GC.CollectionCount(0), Stopwatch.GetTimestamp());
                var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(() => rivals[i].Work())).ToArray();
                foreach (var other in others) other.Start();
                rivals[i].Work();
                foreach (var other in others) other.Join();
                if (round < 0) continue;
                times[i].Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / calls / threads);
                bytes[i] = (GC.GetTotalAllocatedBytes(true) - allocated) / (double)calls / threads;
                collections[i] += GC.CollectionCount(0) - collected;
            }
        }
        Console.WriteLine($"  {length,7:N0} bytes   " + string.Join("   ", rivals.Select((rival, i) =>
            $"{rival.Name} {times[i].Order().ElementAt(Rounds / 2),7:F1} ns, {bytes[i],8:F1} bytes, {collections[i]} collections")));
    }

    /// <summary>Blocks of 16 bytes to 128 KiB, evenly over the powers of two, freed at random: how full it gets, and what is lost.</summary>
    private static void Churn(long mebibytes)
    {
        using var arena = new Arena(64 << 20);
        var random = new Random(7);
        var live = new List<ArenaBlock>();
        var (refused, asked) = (0, 0L);
        for (var i = 0; i < 2_000_000; i++)
        {
            var length = (int)Math.Pow(2, 4 + 13 * random.NextDouble());
            if (asked + length > mebibytes << 20)
            {
                var at = random.Next(live.Count);
                asked -= live[at].Length;
                live[at].Dispose();
                live[at] = live[^1];
                live.RemoveAt(live.Count - 1);
            }
            else if (arena.TryAllocate(length, out var block))
            {
                live.Add(block);
                asked += length;
            }
            else refused++;
        }
        var seen = arena.Statistics();
        Console.WriteLine($"churn in 64 MiB, up to {mebibytes} MiB asked for: {seen.LiveBlocks:N0} live blocks, asked {seen.Requested >> 10:N0} KiB, in blocks {seen.Live >> 10:N0} KiB, free pages {seen.Free >> 10:N0} KiB, largest {seen.LargestFree >> 10:N0} KiB");
        Console.WriteLine($"  internal {seen.InternalFragmentation:P1}, slack in slabs {seen.SlabSlack:P1}, external {seen.ExternalFragmentation:P1}, refused {refused} of {seen.Allocations + refused:N0}");
        foreach (var block in live) block.Dispose();
        arena.Flush();
        Console.WriteLine($"  all freed: {arena.Statistics().Free == arena.Statistics().Capacity}");
    }
}
