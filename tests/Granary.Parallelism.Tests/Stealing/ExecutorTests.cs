using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Granary.Memory.Tests;
using Granary.Parallelism.Stealing;

namespace Granary.Parallelism.Tests.Stealing;

public sealed class ExecutorTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_loop_runs_every_number_once_whatever_the_range()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 3 });
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(-50, 50).Two().ToArbitrary(), range =>
        {
            var (from, length) = ((long)range.Item1, Math.Abs(range.Item2) * 37L);
            var seen = new int[length];
            executor.For(from, from + length, i => Interlocked.Increment(ref seen[i - from]));
            return seen.All(n => n == 1);
        }));
    }

    [Theory]
    [InlineData(long.MaxValue - 3, long.MaxValue, 3)]
    [InlineData(long.MinValue, long.MinValue + 2, 2)]
    [InlineData(5, 5, 0)]
    [InlineData(5, 4, 0)]
    public void Ranges_at_the_ends_of_what_numbers_can_be(long from, long to, int expected)
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        var count = 0;
        executor.For(from, to, _ => Interlocked.Increment(ref count));
        Assert.Equal(expected, count);
    }

    [Fact]
    public void A_range_that_is_too_long_is_refused()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => executor.For(long.MinValue, long.MaxValue, _ => { }));
    }

    [Fact]
    public void Part_of_a_loop_is_stolen_while_the_rest_runs()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        using var both = new Barrier(2);
        // each waits for the other: neither would end on one thread
        executor.For(0, 2, _ => Assert.True(both.SignalAndWait(Bound)));
    }

    [Fact]
    public void Forks_within_forks_and_loops_within_loops_add_up()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 3 });
        Assert.Equal(6765, Fibonacci(executor, 20));
        var sum = 0L;
        executor.For(0, 100, i => executor.For(0, 100, j => Interlocked.Add(ref sum, i * j)));
        Assert.Equal(4950L * 4950L, sum);
    }

    [Fact]
    public void A_loop_that_throws_tells_what_and_leaves_the_executor_as_it_was()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        var count = 0;
        var thrown = Assert.Throws<AggregateException>(() => executor.For(0, 10_000_000, i =>
        {
            if (i == 100) throw new InvalidOperationException("at 100");
            Interlocked.Increment(ref count);
        }));
        Assert.Contains(thrown.Flatten().InnerExceptions, e => e is InvalidOperationException { Message: "at 100" });
        Assert.True(count < 10_000_000, "nothing was left out");
        var sum = 0L;
        executor.For(0, 1000, i => Interlocked.Add(ref sum, i));
        Assert.Equal(499_500, sum);
    }

    [Fact]
    public void Both_halves_of_a_fork_may_throw()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        using var both = new Barrier(2);
        void Throw(string what)
        {
            both.SignalAndWait(Bound);
            throw new InvalidOperationException(what);
        }
        var thrown = Assert.Throws<AggregateException>(() => executor.Invoke(() => Throw("first"), () => Throw("second")));
        Assert.Equal(["first", "second"], thrown.InnerExceptions.Select(e => e.Message).Order());
    }

    [Fact]
    public void A_cancelled_loop_leaves_the_rest_out()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        using var stop = new CancellationTokenSource();
        var count = 0L;
        Assert.Throws<OperationCanceledException>(() => executor.For(0, long.MaxValue, _ =>
        {
            if (Interlocked.Increment(ref count) == 1000) stop.Cancel();
        }, stop.Token));
        Assert.Throws<OperationCanceledException>(() => executor.For(0, 10, _ => Assert.Fail("cancelled before it began"), stop.Token));
    }

    [Fact]
    public async Task What_is_run_has_a_result_a_failure_or_is_cancelled()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        Assert.Equal(42, await executor.Run(() => 42).WaitAsync(Bound));
        await Assert.ThrowsAsync<FormatException>(() => executor.Run(() => throw new FormatException()).WaitAsync(Bound));
        using var stop = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 2).Select(_ => executor.Run(() => Assert.True(release.Wait(Bound)))).ToArray();
        var behind = executor.Run(() => 1, stop.Token);
        stop.Cancel();
        release.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => behind.WaitAsync(Bound));
        await Task.WhenAll(blocked).WaitAsync(Bound);
    }

    [Fact]
    public async Task What_posted_work_throws_is_told_and_counted_even_when_the_listener_throws()
    {
        var told = new ConcurrentQueue<Exception>();
        using var executor = new WorkStealingExecutor(new()
        {
            Workers = 1,
            OnFault = e =>
            {
                told.Enqueue(e);
                throw new InvalidOperationException("the listener");
            },
        });
        executor.Post(() => throw new FormatException());
        Assert.Equal(1, await executor.Run(() => 1).WaitAsync(Bound));
        Assert.IsType<FormatException>(Assert.Single(told));
        Assert.Equal(1, executor.Statistics.Faults);
    }

    [Fact]
    public void Callers_from_outside_that_find_no_place_wait_for_a_worker()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        // more callers than places, each waiting for all others: those without a place need workers, and those they have
        using var all = new Barrier(4);
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() => executor.For(0, 1, _ => all.SignalAndWait(Bound))) { IsBackground = true }).ToArray();
        foreach (var caller in callers) caller.Start();
        Assert.All(callers, c => Assert.True(c.Join(Bound)));
        Assert.Equal(1, all.CurrentPhaseNumber);
    }

    [Fact]
    public async Task Many_callers_with_loops_forks_and_posts_lose_nothing()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 4 });
        var count = 0;
        var callers = Enumerable.Range(0, 6).Select(caller => Task.Factory.StartNew(() =>
        {
            for (var round = 0; round < 50; round++)
            {
                executor.For(0, 100, i =>
                {
                    Interlocked.Increment(ref count);
                    if (i % 10 == 0) executor.Post(() => Interlocked.Increment(ref count));
                });
                executor.Invoke(() => Interlocked.Increment(ref count), () => executor.For(0, 10, _ => Interlocked.Increment(ref count)));
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(callers).WaitAsync(Bound);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref count) == 6 * 50 * (100 + 10 + 11), Bound), $"{count}");
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(7, 4)]
    [InlineData(100, 1)]
    public async Task The_grain_of_a_loop_follows_what_its_steps_take(int microsecondsEach, int expected)
    {
        var time = new ManualTime();
        // with one worker nobody steals, so the clock is its own
        using var executor = new WorkStealingExecutor(new() { Workers = 1, Spares = 0, Time = time, Grain = TimeSpan.FromMicroseconds(20) });
        var longest = 0L;
        await executor.Run(() => executor.ForRange(0, 1000, (from, to) =>
        {
            longest = Math.Max(longest, to - from);
            time.Advance(microsecondsEach * (to - from) * 1e-6);
        })).WaitAsync(Bound);
        Assert.Equal(expected, longest);
    }

    [Fact]
    public void A_map_keeps_the_order_and_throws_what_the_earliest_threw()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 3 });
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => n * n), executor.Map(Enumerable.Range(0, 1000).ToList(), n => n * n));
        Assert.Empty(executor.Map(Array.Empty<int>(), n => n));
        Assert.Equal("the only one", Assert.Throws<FormatException>(() => executor.Map([1, 2, 3], n => n == 2 ? throw new FormatException("the only one") : n)).Message);
        using var both = new Barrier(2);
        Assert.Equal("0", Assert.Throws<FormatException>(() => executor.Map<int, int>([0, 1], n =>
        {
            both.SignalAndWait(Bound);
            throw new FormatException($"{n}");
        })).Message);
    }

    [Fact]
    public void Options_outside_their_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkStealingExecutor(new() { Workers = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkStealingExecutor(new() { Spares = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkStealingExecutor(new() { HangsAfter = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkStealingExecutor(new() { Grain = TimeSpan.Zero }));
    }

    private static long Fibonacci(WorkStealingExecutor executor, int n)
    {
        if (n < 2) return n;
        long a = 0, b = 0;
        executor.Invoke(() => a = Fibonacci(executor, n - 1), () => b = Fibonacci(executor, n - 2));
        return a + b;
    }
}
