using FsCheck;
using FsCheck.Fluent;
using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

public class PoolLawTests
{
    [Fact]
    public void ASlotSetIsASetThatGivesItsLowest() => Prop.ForAll<byte, int[]>((size, steps) =>
    {
        var capacity = size + 1;
        var set = new SlotSet(capacity, full: true);
        var model = new SortedSet<int>(Enumerable.Range(0, capacity));
        foreach (var step in steps)
        {
            var slot = (int)((uint)step % (uint)capacity);
            if (step % 3 == 0 && model.Add(slot)) set.Add(slot);
            else if (step % 3 == 1) Assert.Equal(model.Remove(slot), set.TryRemove(slot));
            else
            {
                Assert.Equal(model.Count > 0, set.TryTake(out var taken));
                Assert.Equal(model.Count > 0 ? model.Min : -1, taken);
                model.Remove(taken);
            }
            Assert.Equal(model.Count, set.Count);
            Assert.Equal(model.Contains(slot), set.Contains(slot));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void PercentilesAreNeverLowAndAtMostAnEighthHigh() => Prop.ForAll<PositiveInt[], byte>((times, none) =>
    {
        var histogram = new WaitHistogram();
        var all = Enumerable.Repeat(0L, none).Concat(times.Select(time => (long)time.Get * time.Get)).Order().ToArray();
        foreach (var time in times) histogram.Add((long)time.Get * time.Get);
        foreach (var part in new[] { 0.01, 0.5, 0.99, 0.999, 1 })
        {
            if (all.Length == 0) continue;
            var exact = all[Math.Max(0, (int)Math.Ceiling(part * all.Length) - 1)];
            var shown = histogram.Percentile(part, none);
            Assert.True(shown >= exact && shown <= exact * 1.125, $"{shown} for {exact}");
        }
    }).QuickCheckThrowOnFailure();

    /// <summary>Threads take, hold, return, break and give up, while factories and destructors throw: nobody shares an object and every slot is there at the end.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 70)]
    public async Task UnderFaultsNothingIsSharedLeakedOrLost(int seed, int size)
    {
        var (made, destroyed, calls) = (0, 0, 0);
        var rules = new ResourceRules<Thing>
        {
            Create = _ => Interlocked.Increment(ref calls) % 5 == 0 ? throw new IOException("made no more") : ValueTask.FromResult(new Thing(Interlocked.Increment(ref made))),
            Destroy = thing =>
            {
                thing.Destroy();
                return Interlocked.Increment(ref destroyed) % 7 == 0 ? throw new IOException("stuck") : ValueTask.CompletedTask;
            },
            Reset = thing => thing.Well,
            Check = (thing, _) => ValueTask.FromResult(thing.Number % 11 != 0),
        };
        await using var pool = new ResourcePool<Thing>("stress", rules, new() { MaxSize = size, MinSize = 1 }, TimeProvider.System);
        var got = 0L;
        var threads = Enumerable.Range(0, 8).Select(number => new Thread(() =>
        {
            var random = new Random(seed * 100 + number);
            for (var i = 0; i < 3000; i++)
            {
                try
                {
                    using var cancel = i % 10 == 0 ? new CancellationTokenSource(random.Next(2)) : null;
                    var lease = i % 3 == 0
                        ? pool.AcquireAsync(TimeSpan.FromSeconds(20), cancel?.Token ?? default).AsTask().GetAwaiter().GetResult()
                        : pool.Acquire(TimeSpan.FromSeconds(20), cancel?.Token ?? default);
                    Interlocked.Increment(ref got);
                    lease.Value.Hold();
                    if (random.Next(4) == 0) Thread.Yield();
                    lease.Value.Release();
                    if (random.Next(50) == 0) lease.Discard();
                    else lease.Dispose();
                    if (random.Next(20) == 0) lease.Dispose();
                    if (random.Next(500) == 0) _ = pool.CheckHealthAsync();
                }
                catch (Exception error) when (error is ResourcePoolException or OperationCanceledException)
                {
                }
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) Assert.True(thread.Join(PoolBench.Bound * 2));
        PoolBench.Until(() => pool.Statistics() is { Leased: 0, Creating: 0, Destroying: 0, Checking: 0 });
        var seen = pool.Statistics();
        Assert.Equal((got, 0, 0), (seen.Acquired, seen.Waiting, seen.Leaks));
        Assert.Equal(made, destroyed + seen.Idle);
        Assert.True(destroyed > 10, "the test breaks objects");
        Assert.True(got > 8 * 3000 / 2);
        await pool.DisposeAsync();
        Assert.Equal(made, destroyed);
    }
}
