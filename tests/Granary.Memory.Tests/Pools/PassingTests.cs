using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

public sealed class PassingTests
{
    [Fact]
    public async Task Who_waited_as_long_as_allowed_is_not_passed()
    {
        var bench = new PoolBench(new() { MaxSize = 1, PassFor = TimeSpan.FromSeconds(1), LeakAfter = Timeout.InfiniteTimeSpan });
        var held = bench.Pool.Acquire(PoolBench.Bound);
        var waiting = bench.Pool.AcquireAsync(TimeSpan.FromHours(1)).AsTask();
        Assert.False(bench.Pool.TryAcquire(out _));
        bench.Time.Advance(2);
        held.Dispose();
        Assert.False(bench.Pool.TryAcquire(out _));
        using (await waiting.WaitAsync(PoolBench.Bound)) Assert.False(bench.Pool.TryAcquire(out _));
        Assert.True(bench.Pool.TryAcquire(out var after));
        after.Dispose();
    }

    [Fact]
    public async Task Who_may_be_passed_gets_what_is_left()
    {
        var bench = new PoolBench(new() { MaxSize = 1, PassFor = TimeSpan.FromSeconds(1) });
        var held = bench.Pool.Acquire(PoolBench.Bound);
        var waiting = Enumerable.Range(0, 5).Select(_ => Hold()).ToArray();
        held.Dispose();
        Assert.Equal(5, (await Task.WhenAll(waiting).WaitAsync(PoolBench.Bound)).Length);
        Assert.Equal((0, 1, 6), (bench.Pool.Statistics().Waiting, bench.Pool.Statistics().Idle, bench.Pool.Statistics().Acquired));

        async Task<int> Hold()
        {
            using var lease = await bench.Pool.AcquireAsync(TimeSpan.FromHours(1));
            return lease.Value.Number;
        }
    }

    /// <summary>No object has two holders, nobody waits for ever, and what times out is told, whoever passes whom.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Nothing_is_lent_twice_and_nobody_is_forgotten(int objects)
    {
        var rules = ResourceRules<Thing>.Of(() => new Thing(0));
        await using var pool = new ResourcePool<Thing>("passing", rules, new() { MaxSize = objects, PassFor = TimeSpan.FromMilliseconds(0.2) }, TimeProvider.System);
        var threads = Enumerable.Range(0, 6).Select(number => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 3000; i++)
            {
                using var lease = pool.Acquire(PoolBench.Bound);
                lease.Value.Hold();
                if (i % 50 == number) Thread.Yield();
                lease.Value.Release();
            }
        }, TaskCreationOptions.LongRunning));
        var tasks = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 3000; i++)
            {
                using var lease = await pool.AcquireAsync(PoolBench.Bound);
                lease.Value.Hold();
                if (i % 10 == 0) await Task.Yield();
                lease.Value.Release();
            }
        }));
        await Task.WhenAll(threads.Concat(tasks)).WaitAsync(PoolBench.Bound * 2);
        var seen = pool.Statistics();
        Assert.Equal((36_000, 0, 0L), (seen.Acquired, seen.Waiting, seen.TimedOut));
    }

    [Fact]
    public async Task Who_gives_up_or_is_refused_while_others_pass_leaves_no_trace()
    {
        var bench = new PoolBench(new() { MaxSize = 1, PassFor = TimeSpan.FromSeconds(1) });
        var held = bench.Pool.Acquire(PoolBench.Bound);
        using var stop = new CancellationTokenSource();
        var cancelled = bench.Pool.AcquireAsync(TimeSpan.FromHours(1), stop.Token).AsTask();
        var timed = bench.Pool.AcquireAsync(TimeSpan.FromSeconds(0.5)).AsTask();
        await stop.CancelAsync();
        bench.Time.Advance(0.6);
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled.WaitAsync(PoolBench.Bound));
        await Assert.ThrowsAsync<TimeoutException>(() => timed.WaitAsync(PoolBench.Bound));
        held.Dispose();
        Assert.True(bench.Pool.TryAcquire(out var lease));
        var closed = bench.Pool.AcquireAsync(TimeSpan.FromHours(1)).AsTask();
        await bench.Pool.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => closed.WaitAsync(PoolBench.Bound));
        lease.Dispose();
    }
}
