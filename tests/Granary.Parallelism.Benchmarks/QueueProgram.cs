using System.Collections.Concurrent;
using System.Threading.Channels;
using Granary.Parallelism.Queues;

namespace Granary.Parallelism.Benchmarks;

/// <summary>Queues beside the library's: writers and readers that do nothing else. "x" is how many times as fast as ConcurrentQueue.</summary>
internal static class QueueProgram
{
    private const int Items = 2_000_000;
    private const int Rounds = 7;

    public static void Run()
    {
        Console.WriteLine($"{Measure.Machine()}; {Items} items, bound {Bound}, median of {Rounds} rounds");
        foreach (var (writers, readers) in new[] { (1, 1), (2, 1), (4, 1), (1, 2), (2, 2), (4, 4) })
        {
            Console.WriteLine($"{writers} writer(s), {readers} reader(s)");
            var names = new List<string> { "ConcurrentQueue", "BoundedQueue", "Channel, bounded" };
            var runs = new List<Action>
            {
                () => Pass(writers, readers, Concurrent()),
                () => Pass(writers, readers, Bounded()),
                () => Pass(writers, readers, BoundedChannel()),
            };
            if (readers == 1)
            {
                names.AddRange(["SegmentedQueue", "Channel, unbounded, one reader"]);
                runs.AddRange([() => Pass(writers, readers, Segmented()), () => Pass(writers, readers, UnboundedChannel())]);
            }
            var seconds = Measure.Seconds(Rounds, [.. runs]);
            for (var i = 0; i < seconds.Length; i++) Measure.Row(names[i], "ns/item", seconds[i] * 1e9 / Items, seconds[0] * 1e9 / Items);
        }
    }

    /// <summary>The last items for one reader who waits without a thread, as notifications wait for who is told: a channel that drops its oldest beside a bounded queue with a semaphore to wait on.</summary>
    public static void Dropping()
    {
        Console.WriteLine($"{Measure.Machine()}; {Items} items, bound {Kept}, the oldest goes, median of {Rounds} rounds");
        foreach (var (writers, reads) in new[] { (1, true), (4, true), (1, false), (4, false) })
        {
            Console.WriteLine($"{writers} writer(s), {(reads ? "a reader that waits" : "nobody reads: all but the last go")}");
            var seconds = Measure.Seconds(Rounds, () => WithChannel(writers, reads), () => WithQueue(writers, reads));
            Measure.Row("Channel, drops the oldest", "ns/item", seconds[0] * 1e9 / Items, seconds[0] * 1e9 / Items);
            Measure.Row("BoundedQueue, SemaphoreSlim", "ns/item", seconds[1] * 1e9 / Items, seconds[0] * 1e9 / Items);
        }
    }

    private const int Kept = 256;

    private static void WithChannel(int writers, bool reads)
    {
        var dropped = 0L;
        var channel = Channel.CreateBounded<long>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref dropped));
        Write(writers, item => channel.Writer.TryWrite(item), reads ? channel.Reader.ReadAllAsync() : null, () => dropped);
    }

    private static void WithQueue(int writers, bool reads)
    {
        var (dropped, rung) = (0L, 0);
        var (queue, bell) = (new BoundedQueue<long>(Kept), new SemaphoreSlim(0));
        void Put(long item)
        {
            while (!queue.TryEnqueue(item))
                if (queue.TryDequeue(out _)) Interlocked.Increment(ref dropped);
            // rung once for however many come before the reader looks
            if (Interlocked.Exchange(ref rung, 1) == 0) bell.Release();
        }
        async IAsyncEnumerable<long> Read()
        {
            while (true)
            {
                await bell.WaitAsync().ConfigureAwait(false);
                Interlocked.Exchange(ref rung, 0);
                while (queue.TryDequeue(out var item)) yield return item;
            }
        }
        Write(writers, Put, reads ? Read() : null, () => Volatile.Read(ref dropped));
    }

    private static void Write(int writers, Action<long> put, IAsyncEnumerable<long>? items, Func<long> dropped)
    {
        var read = 0L;
        var reader = items is null ? Task.CompletedTask : Task.Run(async () =>
        {
            await foreach (var item in items)
            {
                if (item < 0) return;
                read++;
            }
        });
        var threads = Enumerable.Range(0, writers).Select(_ => new Thread(() =>
        {
            for (var n = 0; n < Items / writers; n++) put(n);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        put(-1);
        reader.GetAwaiter().GetResult();
        if (items is not null && read + dropped() != Items) throw new InvalidOperationException($"{read} were read and {dropped()} dropped of {Items}");
    }

    private const int Bound = 1024;

    private delegate bool Take(out long item);

    private static (Func<long, bool>, Take) Concurrent()
    {
        var queue = new ConcurrentQueue<long>();
        return (item =>
        {
            queue.Enqueue(item);
            return true;
        }, queue.TryDequeue);
    }

    private static (Func<long, bool>, Take) Bounded()
    {
        var queue = new BoundedQueue<long>(Bound);
        return (queue.TryEnqueue, queue.TryDequeue);
    }

    private static (Func<long, bool>, Take) Segmented()
    {
        var queue = new SegmentedQueue<long>();
        return (item =>
        {
            queue.Enqueue(item);
            return true;
        }, queue.TryDequeue);
    }

    private static (Func<long, bool>, Take) BoundedChannel()
    {
        var channel = Channel.CreateBounded<long>(Bound);
        return (channel.Writer.TryWrite, channel.Reader.TryRead);
    }

    private static (Func<long, bool>, Take) UnboundedChannel()
    {
        var channel = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleReader = true });
        return (channel.Writer.TryWrite, channel.Reader.TryRead);
    }

    private static void Pass(int writers, int readers, (Func<long, bool> Put, Take Take) queue)
    {
        var left = (long)Items;
        var threads = new List<Thread>();
        for (var w = 0; w < writers; w++)
        {
            threads.Add(new Thread(() =>
            {
                var spin = default(SpinWait);
                for (var n = 0; n < Items / writers; n++)
                    while (!queue.Put(n)) spin.SpinOnce(-1);
            }));
        }
        for (var r = 0; r < readers; r++)
        {
            threads.Add(new Thread(() =>
            {
                var spin = default(SpinWait);
                while (true)
                {
                    var taken = 0;
                    while (taken < 64 && queue.Take(out _)) taken++;
                    if (Interlocked.Add(ref left, -taken) <= 0) return;
                    if (taken == 0) spin.SpinOnce(-1);
                }
            }));
        }
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
    }
}
