namespace Granary.Memory.Tests.Pools;

public class UpkeepTests
{
    [Fact]
    public async Task IdleObjectsGoDownToTheMinimum()
    {
        var bench = new PoolBench(new() { MinSize = 2, MaxSize = 6, IdleTimeout = TimeSpan.FromSeconds(60) });
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 2);
        foreach (var lease in await bench.TakeAll()) lease.Dispose();
        bench.Time.Advance(59);
        Assert.Equal(6, bench.Pool.Statistics().Idle);
        bench.Time.Advance(2);
        PoolBench.Until(() => bench.Pool.Statistics() is { Idle: 2, Empty: 4, IdledOut: 4, Destroyed: 4 });
    }

    [Fact]
    public async Task AgedObjectsAreReplacedIdleOrNot()
    {
        var bench = new PoolBench(new() { MinSize = 2, MaxSize = 2, Lifetime = TimeSpan.FromSeconds(60) });
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 2);
        var held = await bench.Pool.AcquireAsync();
        bench.Time.Advance(61);
        PoolBench.Until(() => bench.Pool.Statistics() is { Expired: 1, Destroyed: 1 });
        Assert.False(held.Value.Destroyed);
        held.Dispose();
        PoolBench.Until(() => bench.Pool.Statistics() is { Idle: 2, Expired: 2, Created: 4 });
        Assert.True(held.Value.Destroyed);
    }

    [Fact]
    public void ExpectedDemandIsPreparedAndKept()
    {
        var bench = new PoolBench(new() { MinSize = 1, MaxSize = 8, IdleTimeout = TimeSpan.FromSeconds(60) });
        bench.Pool.Expect(5);
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 5);
        bench.Time.Advance(120);
        Assert.Equal(5, bench.Pool.Statistics().Idle);
        bench.Pool.Expect(100);
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 8);
        bench.Pool.Expect(0);
        bench.Time.Advance(120);
        PoolBench.Until(() => bench.Pool.Statistics() is { Idle: 1, IdledOut: 7 });
        Assert.Equal(0, bench.Pool.Statistics().ReuseRate);
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Pool.Expect(-1));
    }

    [Fact]
    public void WhatIsBeingDestroyedServesNobody()
    {
        using var leave = new ManualResetEventSlim();
        var bench = new PoolBench(new() { MaxSize = 8, IdleTimeout = TimeSpan.FromSeconds(60), DestroyTimeout = Timeout.InfiniteTimeSpan }, rules => rules with
        {
            Destroy = thing =>
            {
                leave.Wait(PoolBench.Bound);
                thing.Destroy();
                return ValueTask.CompletedTask;
            },
        });
        bench.Pool.Expect(4);
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 4);
        bench.Pool.Expect(0);
        bench.Time.Advance(120);
        Assert.Equal(4, bench.Pool.Statistics().Destroying);
        bench.Pool.Expect(3); // four are still there, but on their way out
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 3);
        bench.Time.Advance(120); // and do not make it look as if there were more than enough
        Assert.Equal((3, 4), (bench.Pool.Statistics().Idle, bench.Pool.Statistics().Destroying));
        leave.Set();
        PoolBench.Until(() => bench.Pool.Statistics() is { Idle: 3, Empty: 5 });
    }

    [Fact]
    public async Task LeaksAreShownWithTheirHolders()
    {
        var bench = new PoolBench(new() { MaxSize = 2, LeakAfter = TimeSpan.FromSeconds(30), CaptureHolders = true });
        var held = await bench.Pool.AcquireAsync();
        bench.Time.Advance(20);
        Assert.Empty(bench.Pool.Leaks());
        bench.Time.Advance(20);
        var leak = Assert.Single(bench.Pool.Leaks());
        Assert.Equal(TimeSpan.FromSeconds(40), leak.Held);
        Assert.Contains(nameof(LeaksAreShownWithTheirHolders), leak.Holder);
        Assert.Equal((1, 1), (bench.Pool.Statistics().Leaks, bench.Pool.Statistics().Leased));
        held.Dispose();
        Assert.Empty(bench.Pool.Leaks());
    }

    [Fact]
    public async Task AWrittenOffLeaseFreesItsSlotAndItsObjectIsNeverLentAgain()
    {
        var bench = new PoolBench(new() { MaxSize = 1, LeakAfter = TimeSpan.FromSeconds(30), WriteOffLeaks = true });
        var lost = await bench.Pool.AcquireAsync();
        var wait = bench.Pool.AcquireAsync(TimeSpan.FromSeconds(600)).AsTask();
        bench.Time.Advance(31);
        using var next = await wait.WaitAsync(PoolBench.Bound);
        Assert.NotSame(lost.Value, next.Value);
        Assert.False(lost.Value.Destroyed);
        lost.Dispose();
        PoolBench.Until(() => lost.Value.Destroyed);
        lost.Dispose();
        var seen = bench.Pool.Statistics();
        Assert.Equal((1, 1, 1), (seen.WrittenOff, seen.StrayReturns, seen.Leased));
    }

    [Fact]
    public async Task WaitsAreCountedBesideAcquiresThatDidNotWait()
    {
        var bench = new PoolBench(new() { MaxSize = 1 });
        (await bench.Pool.AcquireAsync()).Dispose();
        for (var i = 0; i < 97; i++) (await bench.Pool.AcquireAsync()).Dispose();
        for (var i = 0; i < 2; i++)
        {
            var held = await bench.Pool.AcquireAsync();
            var wait = bench.Pool.AcquireAsync().AsTask();
            bench.Time.Advance(1);
            held.Dispose();
            (await wait.WaitAsync(PoolBench.Bound)).Dispose();
        }
        var seen = bench.Pool.Statistics();
        Assert.Equal((102, TimeSpan.Zero), (seen.Acquired, seen.WaitP50));
        Assert.InRange(seen.WaitP99.TotalSeconds, 1, 1.125);
    }
}
