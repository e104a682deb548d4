using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

/// <summary>Factories, destructors and checks that throw or hang: nothing leaks, and no slot is lost.</summary>
public class FaultTests
{
    [Fact]
    public async Task AFactoryThatThrowsFailsOneAcquireEachTime()
    {
        var fails = true;
        var bench = default(PoolBench)!;
        bench = new PoolBench(new() { MaxSize = 3 }, rules => rules with { Create = _ => fails ? throw new IOException("refused") : ValueTask.FromResult(bench.Make()) });
        var waits = Enumerable.Range(0, 10).Select(_ => bench.Pool.AcquireAsync().AsTask()).ToArray();
        foreach (var wait in waits)
        {
            var error = await Assert.ThrowsAsync<ResourcePoolException>(() => wait.WaitAsync(PoolBench.Bound));
            Assert.Equal("pool 'things': no object could be made: refused", error.Message);
            Assert.IsType<IOException>(error.InnerException);
        }
        // one more may have been under way for a wait that another's failure ended
        PoolBench.Until(() => bench.Pool.Statistics() is { Empty: 3, Creating: 0, Waiting: 0, CreateFailures: >= 10 });
        fails = false;
        await bench.TakeAll();
    }

    [Fact]
    public async Task AFactoryThatGivesNullIsAFailure()
    {
        var bench = new PoolBench(new() { MaxSize = 1 }, rules => rules with { Create = _ => ValueTask.FromResult<Thing>(null!) });
        var error = await Assert.ThrowsAsync<ResourcePoolException>(() => bench.Pool.AcquireAsync().AsTask().WaitAsync(PoolBench.Bound));
        Assert.EndsWith("the factory gave null", error.Message);
        PoolBench.Until(() => bench.Pool.Statistics().Empty == 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFactoryThatHangsIsGivenUpAndWhatItMakesLateIsDestroyed(bool blocksItsThread)
    {
        using var blocked = new ManualResetEventSlim();
        var pending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (hangs, entered) = (true, 0);
        var late = default(Thing);
        var bench = default(PoolBench)!;
        bench = new PoolBench(new() { MaxSize = 1, CreateTimeout = TimeSpan.FromSeconds(10) }, rules => rules with
        {
            Create = async _ =>
            {
                if (!hangs) return bench.Make();
                Interlocked.Increment(ref entered);
                if (blocksItsThread) blocked.Wait(PoolBench.Bound);
                else await pending.Task;
                return late = bench.Make();
            },
        });
        // the caller has less patience than the pool
        var impatient = bench.Pool.AcquireAsync(TimeSpan.FromSeconds(1)).AsTask();
        PoolBench.Until(() => Volatile.Read(ref entered) == 1);
        bench.Time.Advance(2);
        await Assert.ThrowsAsync<TimeoutException>(() => impatient.WaitAsync(PoolBench.Bound));
        Assert.Equal(1, bench.Pool.Statistics().Creating);
        // and one has more
        var patient = bench.Pool.AcquireAsync(TimeSpan.FromSeconds(100)).AsTask();
        bench.Time.Advance(9);
        var error = await Assert.ThrowsAsync<ResourcePoolException>(() => patient.WaitAsync(PoolBench.Bound));
        Assert.Contains("took longer than 00:00:10", error.Message);
        PoolBench.Until(() => bench.Pool.Statistics() is { CreatesAbandoned: 1, Creating: 0, Empty: 1 });

        hangs = false;
        using var works = await bench.Pool.AcquireAsync().AsTask().WaitAsync(PoolBench.Bound);
        blocked.Set();
        pending.SetResult();
        PoolBench.Until(() => Volatile.Read(ref late) is { Destroyed: true });
        Assert.False(works.Value.Destroyed);
        Assert.Equal(1, bench.Pool.Statistics().Leased);
    }

    [Fact]
    public async Task AnObjectMadeForACallerThatLeftGoesToTheNext()
    {
        var pending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bench = default(PoolBench)!;
        bench = new PoolBench(new() { MaxSize = 1 }, rules => rules with
        {
            Create = async _ =>
            {
                await pending.Task;
                return bench.Make();
            },
        });
        using var cancel = new CancellationTokenSource();
        var first = bench.Pool.AcquireAsync(cancel: cancel.Token).AsTask();
        cancel.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first.WaitAsync(PoolBench.Bound));
        pending.SetResult();
        PoolBench.Until(() => bench.Pool.Statistics().Idle == 1);
        using var next = await bench.Pool.AcquireAsync();
        Assert.Equal((1, 1), (next.Value.Number, bench.Made));
    }

    [Fact]
    public async Task ADestructorThatThrowsFreesItsSlot()
    {
        var bench = new PoolBench(new() { MaxSize = 2 }, rules => rules with { Destroy = _ => throw new IOException("already gone") });
        foreach (var lease in await bench.TakeAll()) lease.Discard();
        PoolBench.Until(() => bench.Pool.Statistics() is { DestroyFailures: 2, Destroying: 0, Empty: 2, LastError: "already gone" });
        await bench.TakeAll();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADestructorThatHangsHoldsUpNobodyAndIsGivenUp(bool blocksItsThread)
    {
        using var blocked = new ManualResetEventSlim();
        var bench = new PoolBench(new() { MaxSize = 1, DestroyTimeout = TimeSpan.FromSeconds(10) }, rules => rules with
        {
            Destroy = _ =>
            {
                if (!blocksItsThread) return new ValueTask(new TaskCompletionSource().Task);
                blocked.Wait(PoolBench.Bound);
                return ValueTask.CompletedTask;
            },
        });
        (await bench.Pool.AcquireAsync()).Discard();
        Assert.Equal(1, bench.Pool.Statistics().Destroying);
        var wait = bench.Pool.AcquireAsync().AsTask();
        Assert.False(wait.IsCompleted);
        bench.Time.Advance(11);
        using var next = await wait.WaitAsync(PoolBench.Bound);
        Assert.Equal((1, 0, 1), (bench.Pool.Statistics().DestroysAbandoned, bench.Pool.Statistics().Destroying, bench.Pool.Statistics().Leased));
        blocked.Set();
    }

    [Fact]
    public async Task HealthChecksThatRefuseThrowOrHangDestroyTheirObjectOnly()
    {
        var bench = new PoolBench(new() { MaxSize = 4, HealthCheckTimeout = TimeSpan.FromSeconds(5) }, rules => rules with
        {
            Check = async (thing, _) =>
            {
                if (thing.Number == 2) throw new IOException("no answer");
                if (thing.Number == 3) await new TaskCompletionSource().Task;
                return thing.Number != 1;
            },
        });
        foreach (var lease in await bench.TakeAll()) lease.Dispose();
        var round = bench.Pool.CheckHealthAsync();
        PoolBench.Until(() =>
        {
            if (bench.Pool.Statistics().Broken == 2) bench.Time.Advance(6);
            return round.IsCompleted;
        });
        await round;
        PoolBench.Until(() => bench.Pool.Statistics() is { Broken: 3, Destroyed: 3, Idle: 1, Empty: 3, Checking: 0 });
        using var kept = await bench.Pool.AcquireAsync();
        Assert.Equal(4, kept.Value.Number);
    }
}
