using Granary.Caching.Policies;
using Granary.Caching.Simulation;

namespace Granary.Caching.Tests.Policies;

/// <summary>What <c>auto</c> is worth where nothing was chosen on the traces.</summary>
public sealed class AdaptiveTraceTests
{
    /// <summary>Phases of 6 capacities are over before it can have learned and won: there it may lose more.</summary>
    private const string TooShort = "phases-6000";

    /// <summary>It begins with LIRS, and learns that another is better by 5 points in so many requests that it may lose more than one of them.</summary>
    private const double WhileLearning = 1.5;

    [Fact]
    public void Auto_is_near_the_best_single_policy_on_synthetic_traces_and_better_than_any_in_the_mean()
    {
        var traces = SyntheticTraces.All(seed: 1).ToList();
        var ratios = traces.Select(t => ReplacementPolicies.Single.Append(PolicyKind.Auto).Select(kind => Ratio(t, kind)).ToArray()).ToList();
        Assert.All(traces.Zip(ratios), row => Assert.True(
            row.Second[^1] >= row.Second[..^1].Max() - (row.First.Name == TooShort ? 4 : WhileLearning), $"{row.First.Name}: {row.Second[^1]:0.00} of {row.Second[..^1].Max():0.00}"));
        Assert.InRange(ratios.Count(r => r[^1] >= r[..^1].Max() - 1), 10, traces.Count);
        for (var single = 0; single < ReplacementPolicies.Single.Count; single++)
            Assert.True(ratios.Average(r => r[^1]) > ratios.Average(r => r[single]) + 1, $"{ReplacementPolicies.Single[single]}");
    }

    [Fact]
    public void Where_the_best_policy_changes_auto_beats_every_single_one()
    {
        var trace = SyntheticTraces.All(seed: 2).Single(t => t.Name == "phases-60000");
        var best = ReplacementPolicies.Single.Max(kind => Ratio(trace, kind));
        Assert.InRange(Ratio(trace, PolicyKind.Auto), best, 100);
    }

    [Fact]
    public void Shadows_that_rested_while_everything_was_a_hit_still_learn_afterwards()
    {
        var policy = new AdaptivePolicy(1000, seed: 1, new AdaptiveOptions { Candidates = [PolicyKind.Lru, PolicyKind.Lirs] });
        for (var i = 0; i < 50_000; i++) policy.Access((ulong)(i % 900), 1);
        Assert.Equal(PolicyKind.Lru, policy.Following);
        var late = 0;
        for (var i = 0; i < 50_000; i++)
            if (policy.Access(10_000 + (ulong)(i % 1500), 1) && i >= 25_000) late++;
        Assert.Equal(PolicyKind.Lirs, policy.Following);
        // The optimum is 999 of 1499.
        Assert.InRange(late / 25_000.0, 0.6, 0.67);
    }

    /// <summary>Two policies that keep different parts of a loop are ahead in turn, by as much as the cache holds: that is no reason to change.</summary>
    [Theory]
    [InlineData(250, 1011)]
    [InlineData(1000, 4000)]
    [InlineData(500, 1011)]
    public void A_loop_does_not_make_it_go_to_and_fro(int capacity, int keys)
    {
        var policy = new AdaptivePolicy(capacity, seed: 1);
        var hits = Enumerable.Range(0, 300_000).Count(i => policy.Access((ulong)(i % keys), 1));
        Assert.InRange(policy.Switches, 0, 2);
        Assert.InRange(hits / 300_000.0, 0.9 * capacity / keys, 1);
    }

    private static double Ratio((string Name, long Capacity, IReadOnlyList<CacheRequest> Requests) trace, PolicyKind kind) =>
        100 * CacheSimulation.Run(trace.Requests, ReplacementPolicies.Create(kind, trace.Capacity), byBytes: false).HitRatio;
}
