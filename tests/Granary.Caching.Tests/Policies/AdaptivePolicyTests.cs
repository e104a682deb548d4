using Granary.Caching.Policies;

namespace Granary.Caching.Tests.Policies;

public sealed class AdaptivePolicyTests
{
    [Fact]
    public void It_leaves_a_policy_that_a_loop_defeats()
    {
        var options = new AdaptiveOptions { Candidates = [PolicyKind.Lru, PolicyKind.Lirs] };
        var policy = new AdaptivePolicy(100, seed: 1, options);
        var (hits, late) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            if (!policy.Access((ulong)(i % 150), 1)) continue;
            hits++;
            if (i >= 10_000) late++;
        }
        Assert.Equal(PolicyKind.Lirs, policy.Following);
        Assert.Equal(1, policy.Switches);
        // LRU never hits this loop; the optimum is 99 of 149.
        Assert.InRange(late / 10_000.0, 0.6, 0.67);
        Assert.True(hits > late);
    }

    [Fact]
    public void It_leaves_a_policy_that_holds_on_to_the_old()
    {
        // LFU keeps what was popular once; afterwards everything asked for is new and soon over.
        var policy = new AdaptivePolicy(50, seed: 1, new AdaptiveOptions { Candidates = [PolicyKind.Lfu, PolicyKind.Lru] });
        for (var i = 0; i < 5000; i++) policy.Access((ulong)(i % 50), 1);
        Assert.Equal(PolicyKind.Lfu, policy.Following);
        for (var i = 0; i < 5000; i++) policy.Access((ulong)(1000 + i / 20 * 10 + i % 20), 1);
        Assert.Equal(PolicyKind.Lru, policy.Following);
    }

    [Fact]
    public void A_sample_of_the_keys_is_enough_to_see_who_is_better()
    {
        var policy = new AdaptivePolicy(4000, seed: 1, new AdaptiveOptions { Candidates = [PolicyKind.Lru, PolicyKind.Lirs], ShadowKeys = 250 });
        for (var i = 0; i < 100_000; i++) policy.Access((ulong)(i % 6000), 1);
        Assert.Equal(PolicyKind.Lirs, policy.Following);
        var hits = Enumerable.Range(0, 6000).Count(i => policy.Access((ulong)((100_000 + i) % 6000), 1));
        Assert.InRange(hits, 3500, 4000);
    }
}
