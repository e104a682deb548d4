using Granary.Caching.Policies;
using Granary.Model;

namespace Granary.Caching.Tests.Core;

public sealed class CacheTests
{
    private static CacheOptions Lru(long capacity) => new() { Capacity = capacity, Policy = PolicyKind.Lru, LargestShare = 1 };

    [Fact]
    public void What_is_put_in_is_there_until_it_is_taken_out()
    {
        var cache = new Cache<string, int>();
        Assert.False(cache.TryGet("a", out _));
        Assert.True(cache.Set("a", 1));
        Assert.True(cache.Set("a", 2));
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal(2, value);
        Assert.True(cache.Remove("a"));
        Assert.False(cache.Remove("a"));
        Assert.False(cache.TryGet("a", out _));
        var seen = cache.Statistics;
        Assert.Equal((1L, 2L, 0), (seen.Hits, seen.Misses, seen.Count));
    }

    [Fact]
    public void Hits_reach_the_policy_before_the_next_value_comes_in()
    {
        var cache = new Cache<int, string>(Lru(2));
        var evicted = new List<int>();
        cache.Evicted = (key, _) => evicted.Add(key);
        cache.Set(1, "one");
        cache.Set(2, "two");
        Assert.True(cache.TryGet(1, out _));
        cache.Set(3, "three");
        Assert.Equal([2], evicted);
    }

    [Fact]
    public void Values_weigh_what_they_are_said_to_and_one_that_is_too_heavy_is_not_kept()
    {
        var cache = new Cache<int, byte[]>(new CacheOptions { Capacity = 1000, LargestShare = 0.5, Policy = PolicyKind.Lru }, (_, v) => v.Length);
        Assert.True(cache.Set(1, new byte[400]));
        Assert.True(cache.Set(2, new byte[400]));
        Assert.False(cache.Set(3, new byte[501]));
        Assert.Equal((2, 800L), (cache.Count, cache.Statistics.Weight));
        // A value that grew too heavy takes the old one with it: what is there must not be older than what was put in.
        Assert.False(cache.Set(1, new byte[501]));
        Assert.False(cache.TryGet(1, out _));
        // One that changed its weight is weighed again.
        Assert.True(cache.Set(2, new byte[100]));
        Assert.Equal(100, cache.Statistics.Weight);
    }

    [Fact]
    public void A_value_ends_when_its_time_is_over()
    {
        var time = new ManualTime();
        var cache = new Cache<int, int>(Lru(10) with { TimeToLive = TimeSpan.FromSeconds(10) }, time: time);
        cache.Set(1, 1);
        cache.Set(2, 2, new CacheEntryOptions(TimeSpan.FromSeconds(30)));
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(cache.TryGet(1, out _));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(cache.TryGet(1, out _));
        Assert.True(cache.TryGet(2, out _));
        cache.Set(3, 3);
        Assert.Equal((2, 1L), (cache.Count, cache.Statistics.Expirations));
    }

    [Fact]
    public void Setting_one_key_again_and_again_does_not_pile_up_ends_of_life()
    {
        var cache = new Cache<int, byte[]>(Lru(10) with { TimeToLive = TimeSpan.FromHours(1) }, time: new ManualTime());
        var held = new List<WeakReference>();
        for (var i = 0; i < 1000; i++) Set(cache, held);
        GC.Collect();
        Assert.InRange(held.Count(h => h.IsAlive), 1, 100);

        static void Set(Cache<int, byte[]> cache, List<WeakReference> held)
        {
            var value = new byte[10];
            held.Add(new WeakReference(value));
            cache.Set(1, value);
        }
    }

    [Fact]
    public void High_priority_outlasts_a_scan_and_low_priority_only_fills_what_is_free()
    {
        var cache = new Cache<int, int>(Lru(10));
        cache.Set(1, 1, new CacheEntryOptions(Priority: CachePriority.High));
        for (var i = 100; i < 125; i++) cache.Set(i, i);
        Assert.True(cache.TryGet(1, out _));
        Assert.False(cache.Set(2, 2, new CacheEntryOptions(Priority: CachePriority.Low)));
        // Three returns, each after nine others; then it goes like anything else.
        for (var i = 200; i < 260; i++) cache.Set(i, i);
        Assert.False(cache.TryGet(1, out _));
        cache.Clear();
        Assert.True(cache.Set(2, 2, new CacheEntryOptions(Priority: CachePriority.Low)));
    }

    [Fact]
    public void Many_at_once()
    {
        var cache = new Cache<int, int>(Lru(100));
        Assert.Equal(3, cache.SetMany([new(1, 10), new(2, 20), new(3, 30)]));
        var into = new Dictionary<int, int>();
        Assert.Equal(2, cache.GetMany([1, 3, 5], into));
        Assert.Equal(new Dictionary<int, int> { [1] = 10, [3] = 30 }, into);
        Assert.Equal(2, cache.RemoveMany([1, 2, 9]));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task What_was_used_can_be_loaded_again_most_useful_first()
    {
        var before = new Cache<int, int>(Lru(10));
        for (var i = 0; i < 10; i++) before.Set(i, i);
        before.TryGet(4, out _);
        before.TryGet(2, out _);
        var keys = before.KeysByUse(4);
        Assert.Equal([2, 4, 9, 8], keys);
        var after = new Cache<int, int>(Lru(3));
        Assert.Equal(3, await after.WarmUpAsync(keys, (key, _) => key == 4 ? throw new IOException("gone") : Task.FromResult(key * 10), atOnce: 1));
        Assert.Equal([2, 8, 9], after.KeysByUse().Order());
        Assert.Equal(0, await after.WarmUpAsync([77], (key, _) => Task.FromResult(key)));
    }

    [Theory]
    [InlineData(PolicyKind.Auto)]
    [InlineData(PolicyKind.Lru)]
    [InlineData(PolicyKind.S3Fifo)]
    [InlineData(PolicyKind.WTinyLfu)]
    public void A_hit_allocates_nothing(PolicyKind policy)
    {
        var cache = new Cache<string, string>(new CacheOptions { Capacity = 1000, Policy = policy, Seed = 1 });
        var keys = Enumerable.Range(0, 500).Select(i => $"key {i}").ToArray();
        foreach (var key in keys) cache.Set(key, key);
        for (var round = 0; round < 50; round++) foreach (var key in keys) cache.TryGet(key, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10; round++) foreach (var key in keys) cache.TryGet(key, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, cache.Statistics.Misses);
    }

    [Fact]
    public void Keys_whose_hashes_are_all_the_same_are_slow_and_right()
    {
        var cache = new Cache<Hostile, int>(new CacheOptions { Capacity = 50, Policy = PolicyKind.S3Fifo });
        for (var i = 0; i < 200; i++)
        {
            cache.Set(new Hostile(i), i);
            for (var j = 0; j <= i; j++)
                if (cache.TryGet(new Hostile(j), out var value)) Assert.Equal(j, value);
        }
        Assert.Equal(50, cache.Count);
    }

    [Fact]
    public void Two_caches_do_not_hash_alike()
    {
        // Keys that fall into few buckets of one cache cannot be known to fall together in another.
        static ulong[] Hashes(ulong seed) => [.. Enumerable.Range(0, 100).Select(i => new Caching.Core.SeededComparer<long>(seed).Hash(i * (1L << 32)))];
        Assert.Equal(100, Hashes(1).Distinct().Count());
        Assert.Empty(Hashes(1).Intersect(Hashes(2)));
        Assert.True(Hashes(3).Select(h => h >> 57).Distinct().Count() > 50);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(5, 0.0)]
    [InlineData(5, 1.5)]
    public void Options_that_make_no_sense_are_refused(long capacity, double share) =>
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(
            () => new Cache<int, int>(new CacheOptions { Capacity = capacity, LargestShare = share })).Code);

    [Fact]
    public async Task Under_many_threads_it_stays_within_its_capacity_and_answers_right()
    {
        var cache = new Cache<int, string>(new CacheOptions { Capacity = 200, Policy = PolicyKind.Auto }, (k, _) => 1 + k % 3);
        var wrong = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), async (seed, _) =>
        {
            await Task.Yield();
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var key = (int)(random.NextDouble() * random.NextDouble() * 1000);
                switch (random.Next(20))
                {
                    case 0: cache.Remove(key); break;
                    case 1 or 2: cache.Set(key, key.ToString()); break;
                    default:
                        if (cache.TryGet(key, out var value) && value != key.ToString()) Interlocked.Increment(ref wrong);
                        break;
                }
            }
        });
        Assert.Equal(0, wrong);
        var seen = cache.Statistics;
        Assert.InRange(seen.Weight, 1, 200);
        Assert.Equal(seen.Weight, cache.KeysByUse().Sum(k => 1 + k % 3));
    }

    /// <summary>A key whose hash says nothing.</summary>
    private sealed record Hostile(int Number)
    {
        public override int GetHashCode() => 7;
    }
}
