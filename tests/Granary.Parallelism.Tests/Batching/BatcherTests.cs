using System.Collections.Concurrent;
using Granary.Memory.Tests;
using Granary.Parallelism.Batching;

namespace Granary.Parallelism.Tests.Batching;

public sealed class BatcherTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_many_callers_add_is_handled_once_each_in_fewer_batches()
    {
        var handled = new ConcurrentQueue<int>();
        await using var batcher = new Batcher<int>(items =>
        {
            foreach (var item in items.Span) handled.Enqueue(item);
            return Task.CompletedTask;
        }, new() { Goal = TimeSpan.FromMilliseconds(20) });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var n = 0; n < 500; n++) await batcher.AddAsync((caller * 500) + n);
        }))).WaitAsync(Bound);
        Assert.Equal(Enumerable.Range(0, 4000), handled.Order());
        // each caller's own come in its order
        foreach (var own in handled.GroupBy(i => i / 500)) Assert.Equal(own.Order(), own);
        var statistics = batcher.Statistics;
        Assert.Equal(4000, statistics.Items);
        Assert.True(statistics.Batches < 4000, $"{statistics}");
    }

    [Fact]
    public async Task While_one_batch_is_handled_the_next_gathers()
    {
        var time = new ManualTime();
        var gate = new SemaphoreSlim(0);
        var sizes = new ConcurrentQueue<int>();
        await using var batcher = new Batcher<int>(items =>
        {
            sizes.Enqueue(items.Length);
            return gate.WaitAsync();
        }, new() { Time = time });
        var first = batcher.AddAsync(0);
        Assert.True(SpinWait.SpinUntil(() => !sizes.IsEmpty, Bound));
        var rest = Enumerable.Range(1, 10).Select(n => batcher.AddAsync(n)).ToArray();
        Assert.DoesNotContain(rest, r => r.IsCompleted);
        gate.Release();
        await first.WaitAsync(Bound);
        gate.Release(10);
        await Driven(time, Task.WhenAll(rest));
        Assert.Equal(11, sizes.Sum());
        Assert.InRange(sizes.Count, 2, 5);
    }

    [Fact]
    public async Task A_batch_is_held_open_for_what_the_goal_leaves()
    {
        var time = new ManualTime();
        await using var batcher = new Batcher<int>(_ =>
        {
            time.Advance(0.001);
            return Task.CompletedTask;
        }, new() { Goal = TimeSpan.FromMilliseconds(100), Time = time });
        for (var i = 0; i < 50; i++) await Driven(time, batcher.AddAsync(i));
        var began = time.GetTimestamp();
        await Driven(time, batcher.AddAsync(1)); // alone in a batch that could hold two
        Assert.True(time.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(40), $"{time.GetElapsedTime(began)}");
    }

    [Fact]
    public async Task What_a_batch_throws_its_callers_hear_and_the_next_is_handled()
    {
        var time = new ManualTime();
        await using var batcher = new Batcher<int>(
            items => items.Span.Contains(13) ? Task.FromException(new FormatException("13")) : Task.CompletedTask, new() { Time = time });
        await Assert.ThrowsAsync<FormatException>(() => Driven(time, batcher.AddAsync(13)));
        await Driven(time, batcher.AddAsync(1));
    }

    [Fact]
    public async Task Who_finds_no_room_waits_and_may_give_up()
    {
        var time = new ManualTime();
        var gate = new SemaphoreSlim(0);
        var begun = new SemaphoreSlim(0);
        var handled = new ConcurrentQueue<int>();
        var batcher = new Batcher<int>(async items =>
        {
            foreach (var item in items.Span) handled.Enqueue(item);
            begun.Release();
            await gate.WaitAsync();
        }, new() { MaxWaiting = 2, Time = time });
        var first = batcher.AddAsync(0);
        Assert.True(await begun.WaitAsync(Bound));
        var room = new[] { batcher.AddAsync(1), batcher.AddAsync(2) };
        using var stop = new CancellationTokenSource();
        var third = batcher.AddAsync(3, stop.Token);
        var fourth = batcher.AddAsync(4);
        Assert.False(third.IsCompleted);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third.WaitAsync(Bound));
        gate.Release(100);
        await Driven(time, Task.WhenAll([first, .. room, fourth]));
        await batcher.DisposeAsync().AsTask().WaitAsync(Bound);
        Assert.Equal([0, 1, 2, 4], handled);
    }

    [Fact]
    public async Task It_ends_when_all_that_was_added_is_handled_and_takes_nothing_after()
    {
        for (var round = 0; round < 50; round++)
        {
            var handled = 0;
            var batcher = new Batcher<int>(items =>
            {
                Interlocked.Add(ref handled, items.Length);
                return Task.CompletedTask;
            });
            var added = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                var mine = 0;
                try
                {
                    for (; mine < 100; mine++) await batcher.AddAsync(mine);
                }
                catch (ObjectDisposedException)
                {
                }
                return mine;
            })).ToArray();
            await batcher.DisposeAsync().AsTask().WaitAsync(Bound);
            var sum = (await Task.WhenAll(added).WaitAsync(Bound)).Sum();
            Assert.Equal(sum, handled);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => batcher.AddAsync(1));
        }
    }

    /// <summary>Lets time go on, a millisecond at a time, until it has completed.</summary>
    private static async Task Driven(ManualTime time, Task task)
    {
        Assert.True(SpinWait.SpinUntil(() =>
        {
            if (!task.IsCompleted) time.Advance(0.001);
            return task.IsCompleted;
        }, Bound));
        await task;
    }
}
