using System.Runtime.CompilerServices;
using Granary.Parallelism.Queues;

namespace Granary.Parallelism.Tests.Queues;

/// <summary>The queues on the machine's own memory, with real threads.</summary>
public sealed class QueueThreadTests
{
    private const int Each = 50_000;

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(3, 3, 4)]
    [InlineData(4, 2, 1024)]
    public void A_bounded_queue_passes_everything_on_once_and_in_each_writers_order(int writers, int readers, int capacity)
    {
        var queue = new BoundedQueue<(int Writer, int Number)>(capacity);
        var read = 0;
        var taken = Enumerable.Range(0, readers).Select(_ => new List<(int Writer, int Number)>()).ToArray();
        Together([
            .. Enumerable.Range(0, writers).Select(writer => (Action)(() =>
            {
                var spin = default(SpinWait);
                for (var n = 0; n < Each; n++)
                    while (!queue.TryEnqueue((writer, n))) spin.SpinOnce(-1);
            })),
            .. taken.Select(mine => (Action)(() =>
            {
                var spin = default(SpinWait);
                while (Volatile.Read(ref read) < writers * Each)
                {
                    if (!queue.TryDequeue(out var item))
                    {
                        spin.SpinOnce(-1);
                        continue;
                    }
                    mine.Add(item);
                    Interlocked.Increment(ref read);
                }
            })),
        ]);
        foreach (var mine in taken)
            foreach (var ofOne in mine.GroupBy(i => i.Writer)) Assert.Equal(ofOne.Select(i => i.Number).Order(), ofOne.Select(i => i.Number));
        Assert.Equal(writers * Each, taken.SelectMany(t => t).Distinct().Count());
        Assert.Equal(0, queue.Count);
        Assert.False(queue.TryDequeue(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_segmented_queue_passes_everything_on_once_and_in_each_writers_order(int writers)
    {
        var queue = new SegmentedQueue<(int Writer, int Number)>();
        var taken = new List<(int Writer, int Number)>();
        Together([
            .. Enumerable.Range(0, writers).Select(writer => (Action)(() =>
            {
                for (var n = 0; n < Each; n++) queue.Enqueue((writer, n));
            })),
            () =>
            {
                var spin = default(SpinWait);
                while (taken.Count < writers * Each)
                {
                    if (queue.TryDequeue(out var item)) taken.Add(item);
                    else spin.SpinOnce(-1);
                }
            },
        ]);
        foreach (var ofOne in taken.GroupBy(i => i.Writer)) Assert.Equal(Enumerable.Range(0, Each), ofOne.Select(i => i.Number));
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public void A_bounded_queue_is_full_at_its_capacity_and_keeps_nothing_it_has_given_away()
    {
        var queue = new BoundedQueue<object>(3);
        Assert.Equal(4, queue.Capacity);
        var gone = Fill(queue);
        Assert.False(queue.TryEnqueue(new object()));
        Empty(queue);
        GC.Collect();
        Assert.All(gone, g => Assert.False(g.IsAlive));

        // in methods of their own, whose frames are gone when the collector looks
        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Empty(BoundedQueue<object> queue)
        {
            for (var i = 0; i < 4; i++) Assert.True(queue.TryDequeue(out _));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference[] Fill(BoundedQueue<object> queue) => [.. Enumerable.Range(0, 4).Select(_ =>
        {
            var item = new object();
            Assert.True(queue.TryEnqueue(item));
            return new WeakReference(item);
        })];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((1 << 30) + 1)]
    public void A_bounded_queue_refuses_a_capacity_it_cannot_have(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedQueue<int>(capacity));

    private static void Together(Action[] parts)
    {
        using var start = new Barrier(parts.Length);
        Exception? failure = null;
        var threads = parts.Select(part => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                part();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true }).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "a thread did not end");
        Assert.Null(failure);
    }
}
