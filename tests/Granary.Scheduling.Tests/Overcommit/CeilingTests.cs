using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>Which rules a pool takes, and what it says of those it does not.</summary>
public sealed class CeilingTests
{
    public static TheoryData<OvercommitPolicy, string> Refused => new()
    {
        { new() { Ceiling = 0.5 }, "ceiling 0.5 is not valid; use 1 to 4; 1 never overcommits" },
        { new() { Ceiling = double.NaN }, "ceiling NaN is not valid; use 1 to 4; 1 never overcommits" },
        { new() { Ceiling = 4.5 }, "ceiling 4.5 is not valid; use 1 to 4; 1 never overcommits" },
        { new() { MemoryCeiling = 3 }, "memory_ceiling 3 is not valid; use 1 to 2; 1 never overcommits" },
        { new() { Ceiling = 2, Quantile = 0.4 }, "quantile 0.4 is not valid; use 0.5 to 1, like 0.95" },
        { new() { Ceiling = 2, Margin = 0.6 }, "margin 0.6 is not valid; use 0 to 0.5, like 0.1" },
        { new() { Ceiling = 2, SafeMark = 0.9 }, "safe_mark 0.9 is not valid; use over 0.9 (1 less the margin) and up to 1" },
        { new() { Ceiling = 2, SafeMark = 1.1 }, "safe_mark 1.1 is not valid; use over 0.9 (1 less the margin) and up to 1" },
        { new() { Ceiling = 2, History = TimeSpan.FromSeconds(1) }, "history 1 s is not valid; use 10 s to 1 day" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_rule_that_cannot_be_kept_is_refused_in_one_line(OvercommitPolicy policy, string problem)
    {
        var error = Assert.Throws<GranaryException>(() => Configure(policy));
        Assert.Equal($"pool default: overcommit {problem}", error.Message);
    }

    [Fact]
    public void Ceilings_within_their_range_are_taken()
    {
        Assert.Equal(1.5, Configure(new() { Ceiling = 1.5 }).Spec.Policy!.Overcommit!.Ceiling);
        Assert.Equal(2, Configure(new() { MemoryCeiling = 2 }).Spec.Policy!.Overcommit!.MemoryCeiling);
        Assert.Null(Configure(new()).Overcommit);
        Assert.NotNull(Configure(new() { Ceiling = 4 }).Overcommit);
    }

    [Fact]
    public void What_an_older_build_wrote_while_it_was_off_is_taken() => Assert.Null(Configure(new() { Quantile = 0, SafeMark = 0, History = TimeSpan.Zero }).Overcommit);

    private static PoolView Configure(OvercommitPolicy policy)
    {
        var pool = new VirtualPool();
        return pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Overcommit = policy } }, pool.Now, pool.Events, pool);
    }
}
