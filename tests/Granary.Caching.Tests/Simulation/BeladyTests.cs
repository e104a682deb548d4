using FsCheck;
using FsCheck.Fluent;
using Granary.Caching.Policies;
using Granary.Caching.Simulation;

namespace Granary.Caching.Tests.Simulation;

public sealed class BeladyTests
{
    private static CacheRequest[] Trace(string keys) => [.. keys.Split(' ').Select(k => new CacheRequest(ulong.Parse(k), 1))];

    [Theory]
    // The textbook's reference string with 3 frames: 9 faults of 20 when every page must come in, one fewer since 4, used once, need not.
    [InlineData("7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1", 3, 12)]
    [InlineData("1 2 3 1 2 3", 2, 2)]
    [InlineData("1 2 3 4", 2, 0)]
    [InlineData("1 1 1", 1, 2)]
    public void Hits_are_the_optimum(string keys, int capacity, int hits) => Assert.Equal(hits, Belady.Hits(Trace(keys), capacity).Count(h => h));

    [Fact]
    public void With_equal_sizes_no_policy_has_more_hits_and_the_bound_is_not_below()
    {
        var law = Prop.ForAll(
            Gen.Zip(Gen.Choose(1, 8), Gen.Choose(0, 15).ListOf()).ToArbitrary(),
            pair =>
            {
                var trace = pair.Item2.Select(k => new CacheRequest((ulong)k, 1)).ToArray();
                var best = Belady.Hits(trace, pair.Item1).Count(h => h);
                return best <= Belady.HitsAtMost(trace, pair.Item1) && Enum.GetValues<PolicyKind>().All(k =>
                    CacheSimulation.Run(trace, ReplacementPolicies.Create(k, pair.Item1), byBytes: false).Hits <= best);
            });
        law.Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(150));
    }

    [Fact]
    public void With_sizes_that_differ_what_can_be_done_stays_under_the_bound()
    {
        // 10 bytes: keeping 1 (9 bytes) costs the hits of 2 and 3 (4 bytes each, used sooner).
        CacheRequest[] trace = [new(1, 9), new(2, 4), new(3, 4), new(2, 4), new(3, 4), new(1, 9)];
        Assert.Equal(2, Belady.Hits(trace, 10).Count(h => h));
        Assert.InRange(Belady.HitsAtMost(trace, 10), 2, 3);
    }
}
