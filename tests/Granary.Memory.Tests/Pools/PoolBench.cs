using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

/// <summary>Something a pool lends: it notices when two hold it, and when it is destroyed twice or while held.</summary>
internal sealed class Thing(int number)
{
    private int _held;
    private int _destroyed;

    public int Number { get; } = number;
    public bool Well { get; set; } = true;
    public bool Destroyed => Volatile.Read(ref _destroyed) != 0;

    public void Hold()
    {
        Assert.Equal(1, Interlocked.Increment(ref _held));
        Assert.False(Destroyed);
    }

    public void Release() => Assert.Equal(0, Interlocked.Decrement(ref _held));

    public void Destroy() => Assert.Equal(1, Interlocked.Increment(ref _destroyed));
}

/// <summary>A pool of things on a clock of its own, and what became of the things.</summary>
internal sealed class PoolBench
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private int _made;

    public PoolBench(ResourcePoolOptions options, Func<ResourceRules<Thing>, ResourceRules<Thing>>? rules = null)
    {
        var plain = ResourceRules<Thing>.Of(Make, thing => thing.Destroy());
        Pool = new ResourcePool<Thing>("things", rules?.Invoke(plain) ?? plain, options, Time);
    }

    public ManualTime Time { get; } = new();
    public ResourcePool<Thing> Pool { get; }
    public int Made => Volatile.Read(ref _made);

    public Thing Make() => new(Interlocked.Increment(ref _made));

    /// <summary>Waits for what other threads do, and fails when it does not come.</summary>
    public static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Bound), "it did not come to pass in time");

    /// <summary>Leases everything the pool can hold, which proves that no slot is lost.</summary>
    public async Task<List<PoolLease<Thing>>> TakeAll()
    {
        var all = new List<PoolLease<Thing>>();
        for (var i = 0; i < Pool.Statistics().MaxSize; i++) all.Add(await Pool.AcquireAsync().AsTask().WaitAsync(Bound));
        Assert.False(Pool.TryAcquire(out _));
        Assert.Equal(all.Count, all.Select(lease => lease.Value.Number).Distinct().Count());
        return all;
    }
}
