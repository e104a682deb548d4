using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

public class AcquireTests
{
    [Fact]
    public async Task WhatIsReturnedIsUsedAgain()
    {
        var bench = new PoolBench(new() { MaxSize = 4 });
        for (var i = 0; i < 100; i++)
        {
            using var lease = await bench.Pool.AcquireAsync();
            Assert.Equal(1, lease.Value.Number);
        }
        var seen = bench.Pool.Statistics();
        Assert.Equal((100, 1, 0.99), (seen.Acquired, seen.Created, seen.ReuseRate));
        Assert.Equal((1, 0, 3), (seen.Idle, seen.Leased, seen.Empty));
    }

    [Fact]
    public async Task ASecondReturnDoesNothing()
    {
        var bench = new PoolBench(new() { MaxSize = 2 });
        var first = await bench.Pool.AcquireAsync();
        first.Dispose();
        var second = await bench.Pool.AcquireAsync();
        first.Dispose();
        first.Discard();
        Assert.Same(first.Value, second.Value);
        Assert.False(bench.Pool.TryAcquire(out _));
        Assert.Equal(2, bench.Pool.Statistics().StrayReturns);
        Assert.False(second.Value.Destroyed);
        default(PoolLease<Thing>).Dispose();
    }

    [Fact]
    public async Task WaitersAreServedInTheirOrderAndNobodyPassesThem()
    {
        var bench = new PoolBench(new() { MaxSize = 1 });
        var held = await bench.Pool.AcquireAsync();
        var waits = Enumerable.Range(0, 20).Select(_ => bench.Pool.AcquireAsync().AsTask()).ToArray();
        Assert.Equal(20, bench.Pool.Statistics().Waiting);
        foreach (var wait in waits)
        {
            held.Dispose();
            Assert.False(bench.Pool.TryAcquire(out _));
            held = await wait.WaitAsync(PoolBench.Bound);
            Assert.Equal(Array.IndexOf(waits, wait) + 1, waits.Count(w => w.IsCompleted));
        }
    }

    [Fact]
    public async Task AnAcquireEndsAtItsTimeAndSaysWhy()
    {
        var bench = new PoolBench(new() { MaxSize = 1 });
        var held = await bench.Pool.AcquireAsync();
        var wait = bench.Pool.AcquireAsync(TimeSpan.FromSeconds(2)).AsTask();
        bench.Time.Advance(1.5);
        Assert.False(wait.IsCompleted);
        bench.Time.Advance(1);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => wait.WaitAsync(PoolBench.Bound));
        Assert.Equal("pool 'things': no object came free in 00:00:02: 1 of 1 are leased, 0 being made, 0 being destroyed, 0 acquires wait; return them sooner or raise MaxSize", error.Message);
        held.Dispose();
        await bench.TakeAll();
        Assert.Equal(1, bench.Pool.Statistics().TimedOut);
    }

    [Fact]
    public async Task ACancelledAcquireLeavesItsPlace()
    {
        var bench = new PoolBench(new() { MaxSize = 1 });
        var held = await bench.Pool.AcquireAsync();
        using var cancel = new CancellationTokenSource();
        var first = bench.Pool.AcquireAsync(cancel: cancel.Token).AsTask();
        var second = bench.Pool.AcquireAsync().AsTask();
        cancel.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first.WaitAsync(PoolBench.Bound));
        held.Dispose();
        (await second.WaitAsync(PoolBench.Bound)).Dispose();
        await Assert.ThrowsAsync<TaskCanceledException>(() => bench.Pool.AcquireAsync(cancel: cancel.Token).AsTask());
        Assert.Equal(1, bench.Pool.Statistics().Cancelled);
        await bench.TakeAll();
    }

    [Fact]
    public async Task ABlockedThreadGetsWhatIsReturned()
    {
        var bench = new PoolBench(new() { MaxSize = 1 });
        var held = bench.Pool.Acquire();
        var number = 0;
        var thread = new Thread(() =>
        {
            using var lease = bench.Pool.Acquire();
            number = lease.Value.Number;
        });
        thread.Start();
        PoolBench.Until(() => bench.Pool.Statistics().Waiting == 1);
        held.Dispose();
        Assert.True(thread.Join(PoolBench.Bound));
        Assert.Equal(1, number);
        await bench.TakeAll();
    }

    [Fact]
    public async Task WhatValidationRefusesIsReplacedInTheSameAcquire()
    {
        var bench = new PoolBench(new() { MaxSize = 1 }, rules => rules with { Validate = thing => thing.Well ? true : throw new InvalidOperationException("the socket is closed") });
        var held = await bench.Pool.AcquireAsync();
        var (first, second) = (bench.Pool.AcquireAsync().AsTask(), bench.Pool.AcquireAsync().AsTask());
        held.Value.Well = false;
        held.Dispose();
        var replaced = await first.WaitAsync(PoolBench.Bound);
        Assert.Equal(2, replaced.Value.Number);
        Assert.True(held.Value.Destroyed);
        Assert.False(second.IsCompleted);
        Assert.Equal((1, "the socket is closed"), (bench.Pool.Statistics().Broken, bench.Pool.Statistics().LastError));
    }

    [Fact]
    public async Task WhatIsBrokenOrNotResetIsDestroyed()
    {
        var bench = new PoolBench(new() { MaxSize = 2 }, rules => rules with { Reset = thing => thing.Well });
        var all = await bench.TakeAll();
        all[0].Discard();
        all[1].Value.Well = false;
        all[1].Dispose();
        PoolBench.Until(() => bench.Pool.Statistics() is { Broken: 2, Destroyed: 2, Empty: 2 });
        await bench.TakeAll();
    }

    [Fact]
    public async Task AClosedPoolRefusesAndDestroysWhatComesBack()
    {
        var bench = new PoolBench(new() { MaxSize = 2 });
        var all = await bench.TakeAll();
        var wait = bench.Pool.AcquireAsync().AsTask();
        await bench.Pool.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.WaitAsync(PoolBench.Bound));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.Pool.AcquireAsync().AsTask());
        foreach (var lease in all) lease.Dispose();
        PoolBench.Until(() => all.TrueForAll(lease => lease.Value.Destroyed));
        await bench.Pool.DisposeAsync();
    }

    [Theory]
    [InlineData(0, 0, 1, "MaxSize is 0")]
    [InlineData(0, 65537, 1, "MaxSize is 65537")]
    [InlineData(5, 4, 1, "MinSize is 5")]
    [InlineData(-1, 4, 1, "MinSize is -1")]
    [InlineData(0, 4, 0, "IdleTimeout is 00:00:00")]
    [InlineData(0, 4, -5, "IdleTimeout is -00:00:05")]
    public void WrongOptionsAreNamed(int min, int max, int idle, string starts)
    {
        var options = new ResourcePoolOptions { MinSize = min, MaxSize = max, IdleTimeout = TimeSpan.FromSeconds(idle) };
        Assert.StartsWith(starts, Assert.Throws<ArgumentException>(() => new PoolBench(options)).Message);
    }
}
