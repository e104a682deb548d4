using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Granary.Parallelism.Pipelines;

namespace Granary.Parallelism.Tests.Pipelines;

public sealed class PipelineTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_item_goes_through_every_stage_once_and_in_order_where_order_is_kept()
    {
        var shapes = Gen.Choose(0, 300).SelectMany(_ => Gen.Choose(1, 5).Two(), (count, p) => (count, p.Item1, p.Item2)).SelectMany(_ => Gen.Elements(true, false), (a, ordered) => (a.count, a.Item2, a.Item3, ordered));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            var (count, parallelism, capacity, ordered) = shape;
            var options = new StageOptions { Parallelism = parallelism, Capacity = capacity, Ordered = ordered };
            var seen = new List<int>();
            Pipeline.From(Enumerable.Range(0, count), capacity).Then(n => n * 2, options).Then(n => n + 1, options)
                .RunAsync((n, _) =>
                {
                    seen.Add(n);
                    return default;
                }).WaitAsync(Bound).GetAwaiter().GetResult();
            var expected = Enumerable.Range(0, count).Select(n => (n * 2) + 1);
            return ordered || parallelism == 1 ? seen.SequenceEqual(expected) : seen.Order().SequenceEqual(expected);
        }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stage_works_on_as_many_as_it_may_and_no_more(bool ordered)
    {
        using var all = new Barrier(3);
        int now = 0, most = 0;
        var pipeline = Pipeline.From(Enumerable.Range(0, 30)).Then(n =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            Assert.True(all.SignalAndWait(Bound)); // three at a time, or nothing goes on
            Interlocked.Decrement(ref now);
            return n;
        }, new() { Parallelism = 3, Ordered = ordered });
        await pipeline.RunAsync((_, _) => default).WaitAsync(Bound);
        Assert.Equal(3, most);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(4, false)]
    public async Task A_slow_end_holds_up_the_beginning(int parallelism, bool ordered)
    {
        int taken = 0, given = 0, ahead = 0;
        IEnumerable<int> Source()
        {
            for (var n = 0; n < 2000; n++)
            {
                InterlockedMax(ref ahead, ++taken - Volatile.Read(ref given));
                yield return n;
            }
        }
        await Pipeline.From(Source(), capacity: 4).Then(n => n, new() { Parallelism = parallelism, Capacity = 4, Ordered = ordered })
            .RunAsync((_, _) =>
            {
                Interlocked.Increment(ref given);
                return default;
            }).WaitAsync(Bound);
        Assert.Equal(2000, given);
        // two buffers of 4, those at work, and one in each hand
        Assert.InRange(ahead, 1, 4 + 4 + (2 * parallelism) + 4);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public async Task A_failure_anywhere_ends_all_and_is_the_one_that_is_told(int parallelism, bool ordered)
    {
        var running = 0;
        var options = new StageOptions { Parallelism = parallelism, Ordered = ordered, Capacity = 2 };
        var pipeline = Pipeline.From(Endless()).Then(async (n, cancel) =>
        {
            Interlocked.Increment(ref running);
            try
            {
                if (n == 20) throw new FormatException("at 20");
                await Task.Yield();
                return n;
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }, options).Then(n => n, options);
        var thrown = await Assert.ThrowsAsync<FormatException>(() => pipeline.RunAsync((_, _) => default).WaitAsync(Bound));
        Assert.Equal("at 20", thrown.Message);
        Assert.Equal(0, running);
    }

    [Fact]
    public async Task A_source_and_a_last_step_may_fail_too()
    {
        static async IAsyncEnumerable<int> Failing()
        {
            yield return 1;
            await Task.Yield();
            throw new FormatException("the source");
        }
        Assert.Equal("the source", (await Assert.ThrowsAsync<FormatException>(() => Pipeline.From(Failing()).Then(n => n).RunAsync((_, _) => default).WaitAsync(Bound))).Message);
        var ended = new TaskCompletionSource();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Pipeline.From(Endless(ended)).Then(n => n).RunAsync((_, _) => throw new InvalidOperationException("the end")).WaitAsync(Bound));
        Assert.True(ended.Task.IsCompleted, "the source runs on");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Cancellation_ends_all(int parallelism)
    {
        using var stop = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        var pipeline = Pipeline.From(Endless(ended)).Then(async (n, cancel) =>
        {
            if (n == 50) await stop.CancelAsync();
            return n;
        }, new() { Parallelism = parallelism });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.RunAsync((_, _) => default, stop.Token).WaitAsync(Bound));
        Assert.True(ended.Task.IsCompleted, "the source runs on");
    }

    [Fact]
    public async Task Who_stops_reading_stops_it()
    {
        var ended = new TaskCompletionSource();
        await foreach (var n in Pipeline.From(Endless(ended)).Then(n => n, new() { Parallelism = 2 }).ReadAllAsync())
            if (n == 10) break;
        Assert.True(ended.Task.IsCompleted, "the source runs on");
    }

    [Fact]
    public void Options_outside_their_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Pipeline.From([1], capacity: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pipeline.From([1]).Then(n => n, new() { Parallelism = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pipeline.From([1]).Then(n => n, new() { Capacity = 0 }));
    }

    private static async IAsyncEnumerable<int> Endless(TaskCompletionSource? ended = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        try
        {
            for (var n = 0; ; n++)
            {
                cancel.ThrowIfCancellationRequested();
                await Task.Yield();
                yield return n;
            }
        }
        finally
        {
            ended?.SetResult();
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            if (Interlocked.CompareExchange(ref most, value, seen) == seen) return;
    }
}
