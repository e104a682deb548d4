using System.Buffers;
using System.Diagnostics;
using Granary.Memory.Arenas;
using Granary.Parallelism.Queues;

namespace Granary.Memory.Benchmarks;

/// <summary>An arena beside ArrayPool and new byte[], by threads and by length: with 32 blocks live a thread, and with one; then fragmentation under churn.</summary>
internal static class ArenaProgram
{
    private const int Rounds = 9, Held = 32;

    public static void Run()
    {
        using var arena = new Arena(256 << 20);
        var random = new Random(3);
        foreach (var threads in new[] { 1, 2, 8 })
        {
            Console.WriteLine($"{threads} thread(s), {Environment.ProcessorCount} cores; take a block, write its first byte, free it or the oldest; median of {Rounds} rounds, ns a block");
            foreach (var length in new[] { 64, 1000, 8000, 30_000, 60_000, 100_000 })
                Compare(arena, threads, Held, $"{length:N0} bytes, {Held} live", Enumerable.Repeat(length, 4096).ToArray());
            // evenly over the powers of two
            var mixed = Enumerable.Range(0, 4096).Select(_ => (int)Math.Pow(2, 6 + 10 * random.NextDouble())).ToArray();
            Compare(arena, threads, 1, "64 B to 64 KiB, one at a time", mixed);
            Compare(arena, threads, Held, $"64 B to 64 KiB, {Held} live", mixed);
        }
        HandOver();
        Churn();
    }

    public static void Churn()
    {
        Churn(32);
        Churn(48);
    }

    private interface ILender<T>
    {
        T Take(int length);

        void Free(T block);
    }

    private readonly struct FromArena(Arena arena) : ILender<ArenaBlock>
    {
        public ArenaBlock Take(int length)
        {
            var block = arena.Allocate(length);
            block.Span[0] = 1;
            return block;
        }

        public void Free(ArenaBlock block) => block.Dispose();
    }

    private readonly struct FromPool : ILender<byte[]>
    {
        public byte[] Take(int length)
        {
            var array = ArrayPool<byte>.Shared.Rent(length);
            array[0] = 1;
            return array;
        }

        public void Free(byte[] array) => ArrayPool<byte>.Shared.Return(array);
    }

    private readonly struct FromCollector : ILender<byte[]>
    {
        public byte[] Take(int length)
        {
            var array = new byte[length];
            array[0] = 1;
            return array;
        }

        public void Free(byte[] array)
        {
        }
    }

    private static void Turns<TLender, T>(TLender lender, int[] lengths, int calls, int live) where TLender : struct, ILender<T>
    {
        var held = new T[live];
        for (var i = 0; i < live; i++) held[i] = lender.Take(lengths[i]);
        for (var (i, at) = (0, 0); i < calls; i++)
        {
            lender.Free(held[at]);
            held[at] = lender.Take(lengths[i & 4095]);
            if (++at == live) at = 0;
        }
        foreach (var item in held) lender.Free(item);
    }

    private static void Compare(Arena arena, int threads, int live, string what, int[] lengths)
    {
        var calls = 400_000 / threads;
        var fewer = calls / (lengths.Max() > 10_000 ? 10 : 1);
        (string Name, int Calls, Action Work)[] rivals =
        [
            ("Arena", calls, () => Turns<FromArena, ArenaBlock>(new(arena), lengths, calls, live)),
            ("ArrayPool", calls, () => Turns<FromPool, byte[]>(default, lengths, calls, live)),
            ("new byte[]", fewer, () => Turns<FromCollector, byte[]>(default, lengths, fewer, live)),
        ];
        var times = rivals.Select(_ => new List<double>()).ToArray();
        var (bytes, collections) = (new double[rivals.Length], new int[rivals.Length]);
        for (var round = -2; round < Rounds; round++)
        {
            for (var i = 0; i < rivals.Length; i++)
            {
                var (allocated, collected, started) = (GC.GetTotalAllocatedBytes(true), GC.CollectionCount(0), Stopwatch.GetTimestamp());
                var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(() => rivals[i].Work())).ToArray();
                foreach (var other in others) other.Start();
                rivals[i].Work();
                foreach (var other in others) other.Join();
                if (round < 0) continue;
                times[i].Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / rivals[i].Calls / threads);
                bytes[i] = (GC.GetTotalAllocatedBytes(true) - allocated) / (double)rivals[i].Calls / threads;
                collections[i] += GC.CollectionCount(0) - collected;
            }
        }
        Console.WriteLine($"  {what,-30} " + string.Join("   ", rivals.Select((rival, i) =>
            $"{rival.Name} {times[i].Order().ElementAt(Rounds / 2),7:F1} ns, {bytes[i],8:F1} bytes, {collections[i]} collections")));
    }

    /// <summary>Blocks that one thread takes and another frees, as where a request is read and where it is answered: by a bounded queue of 64.</summary>
    public static void HandOver()
    {
        using var arena = new Arena(256 << 20);
        using var lonely = new Arena(256 << 20, checking: false, depot: false);
        Console.WriteLine($"one thread takes a block and writes its first byte, another frees it; median of {Rounds} rounds, ns a block");
        var random = new Random(3);
        foreach (var (what, lengths) in new[] { ("1,000 bytes", [1000]), ("8,000 bytes", [8000]), ("64 B to 32 KiB", Enumerable.Range(0, 4096).Select(_ => (int)Math.Pow(2, 6 + 9 * random.NextDouble())).ToArray()) })
        {
            (string Name, Action Work)[] rivals =
            [
                ("Arena", () => Pass<FromArena, ArenaBlock>(new(arena), lengths)),
                ("by its pages alone", () => Pass<FromArena, ArenaBlock>(new(lonely), lengths)),
                ("ArrayPool", () => Pass<FromPool, byte[]>(default, lengths)),
            ];
            var times = rivals.Select(_ => new List<double>()).ToArray();
            for (var round = -2; round < Rounds; round++)
            {
                for (var i = 0; i < rivals.Length; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    rivals[i].Work();
                    if (round >= 0) times[i].Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / Passed);
                }
            }
            Console.WriteLine($"  {what,-30} " + string.Join("   ", rivals.Select((rival, i) => $"{rival.Name} {times[i].Order().ElementAt(Rounds / 2),7:F1} ns")));
        }
    }

    private const int Passed = 100_000;

    private static void Pass<TLender, T>(TLender lender, int[] lengths) where TLender : struct, ILender<T>
    {
        var queue = new BoundedQueue<T>(64);
        var reader = new Thread(() =>
        {
            var spin = default(SpinWait);
            for (var i = 0; i < Passed;)
            {
                if (queue.TryDequeue(out var block))
                {
                    lender.Free(block);
                    i++;
                }
                else spin.SpinOnce(-1);
            }
        });
        reader.Start();
        var wait = default(SpinWait);
        for (var i = 0; i < Passed; i++)
        {
            var block = lender.Take(lengths[i % lengths.Length]);
            while (!queue.TryEnqueue(block)) wait.SpinOnce(-1);
        }
        reader.Join();
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
