using Granary.Caching.Policies;
using Granary.Caching.Sharing;
using Granary.Model;

namespace Granary.Caching.Tests.Sharing;

public sealed class SharedCacheTests
{
    private static SharedCache<int> Create() => new(
        new CacheOptions { Capacity = 40, Policy = PolicyKind.Lru },
        new Dictionary<string, double> { ["safety"] = 3, ["literature"] = 1 });

    [Fact]
    public void What_one_agent_does_evicts_nothing_of_another()
    {
        var cache = Create();
        for (var i = 0; i < 30; i++) cache.Set("safety", $"k{i}", i);
        for (var i = 0; i < 10_000; i++) cache.Set("literature", $"k{i}", i);
        Assert.Equal((30, 10), (cache.Statistics("safety").Count, cache.Statistics("literature").Count));
        Assert.All(Enumerable.Range(0, 30), i => Assert.True(cache.TryGet("safety", $"k{i}", out var value) && value == i));
    }

    [Fact]
    public void No_key_can_be_seen_by_another_unless_it_was_granted()
    {
        var cache = Create();
        cache.Set("safety", "plans/a", 1);
        cache.Set("safety", "secret", 2);
        var before = cache.Statistics("safety");
        Assert.False(cache.TryGet("literature", "safety", "plans/a", out _));
        Assert.False(cache.TryGet("literature", "plans/a", out _));
        // Nor does the owner's count tell that somebody asked.
        Assert.Equal(before, cache.Statistics("safety"));
        cache.Grant("safety", "literature", "plans/");
        Assert.True(cache.TryGet("literature", "safety", "plans/a", out var value));
        Assert.Equal(1, value);
        Assert.False(cache.TryGet("literature", "safety", "secret", out _));
        Assert.False(cache.TryGet("stranger", "safety", "plans/a", out _));
        Assert.True(cache.Revoke("safety", "literature", "plans/"));
        Assert.False(cache.TryGet("literature", "safety", "plans/a", out _));
    }

    [Fact]
    public void One_agents_value_is_not_anothers_of_the_same_name()
    {
        var cache = Create();
        cache.Set("safety", "k", 1);
        cache.Set("literature", "k", 2);
        cache.Remove("literature", "k");
        Assert.True(cache.TryGet("safety", "k", out var value));
        Assert.Equal(1, value);
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => cache.Set("stranger", "k", 1)).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_weight_that_makes_no_sense_is_refused(double weight) => Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(
        () => new SharedCache<int>(new CacheOptions(), new Dictionary<string, double> { ["a"] = weight })).Code);

    [Fact]
    public void Parts_that_are_given_out_never_weigh_more_than_the_whole_and_one_in_use_is_not_taken()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var (random, time) = (new Random(seed), new ManualTime());
            var cache = new SharedCache<int>(new CacheOptions { Capacity = 100 }, time: time);
            var used = new Dictionary<string, TimeSpan>();
            var capacity = new Dictionary<string, long>();
            var now = TimeSpan.Zero;
            var idle = TimeSpan.FromSeconds(10);
            for (var step = 0; step < 200; step++)
            {
                var agent = $"a{random.Next(12)}";
                var had = cache.Agents.ToHashSet();
                var size = 10 + random.Next(30);
                if (cache.TryAdmit(agent, size, idle))
                {
                    if (!had.Contains(agent)) capacity[agent] = size;
                    cache.Set(agent, "k", step);
                    used[agent] = now;
                }
                var has = cache.Agents;
                Assert.True(has.Sum(a => capacity[a]) <= 100);
                Assert.All(had.Except(has), gone => Assert.True(now - used[gone] >= idle));
                var by = TimeSpan.FromSeconds(random.Next(6));
                time.Advance(by);
                now += by;
            }
        }
    }
}
