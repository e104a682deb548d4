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
