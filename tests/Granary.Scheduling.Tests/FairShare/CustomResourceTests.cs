using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.FairShare;

/// <summary>Licences, tokens per minute, a reviewer's hours: in shares, guarantees, limits and groups like cores.</summary>
public class CustomResourceTests
{
    public static TheoryData<string> Kinds => ["licence", "tokens-per-minute", "reviewer-hours"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Shares_of_a_custom_resource_are_made_equal(string name)
    {
        var pool = Pool(name);
        foreach (var agent in (string[])["a", "b"]) pool.Submit(Asking(agent, name, 1), 20);
        pool.Decide();
        Assert.Equal((6, 6), (pool.StartsOf("a"), pool.StartsOf("b")));
        Assert.Equal([0.5, 0.5], pool.Scheduler.Shares(pool.Now).Select(s => s.DominantShare));
        Assert.Equal([0.5, 0.5], pool.Scheduler.Shares(pool.Now).Select(s => Math.Round(s.FairShare, 6)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Guarantees_and_limits_of_agents_and_groups_hold_for_it(string name)
    {
        var pool = Pool(name);
        pool.Agent("a", group: "g", guarantee: Set(name, 5));
        pool.Agent("b", weight: 50);
        pool.Agent("c", weight: 50, limit: Set(name, 2));
        pool.Group("g", limit: Set(name, 7));
        foreach (var agent in (string[])["a", "b", "c"]) pool.Submit(Asking(agent, name, 1), 20);
        pool.Decide();
        Assert.Equal(["a", "a", "a", "a", "a"], pool.Starts.Take(5).Select(s => s.Assignment.Spec.Agent));
        Assert.Equal((5, 5, 2), (pool.StartsOf("a"), pool.StartsOf("b"), pool.StartsOf("c")));
        Assert.Equal(Standing.Within, Standings.Of(pool.Scheduler.ShareOf("a", pool.Now)!) & (Standing.UnmetGuarantee | Standing.OverLimit));
        pool.Agent("a", group: "g", guarantee: Set(name, 6));
        Assert.True(Standings.Of(pool.Scheduler.ShareOf("a", pool.Now)!).HasFlag(Standing.UnmetGuarantee));
    }

    [Fact]
    public void How_much_it_counts_is_a_setting()
    {
        // a holds half of the licences, b a quarter of the cores: with licences at a tenth, b has the larger share
        var pool = Pool("licence");
        pool.Submit(Asking("a", "licence", 6) with { Duration = TimeSpan.FromMinutes(1) });
        pool.Submit(Make.Task("b", 6, 60));
        GroupTests.Fairness(pool, new FairnessPolicy { ResourceWeights = new Dictionary<string, double> { ["licence"] = 0.1 } });
        pool.Decide();
        Assert.Equal([0.05, 0.25], pool.Scheduler.Shares(pool.Now).Select(s => Math.Round(s.DominantShare, 6)));
        GroupTests.Fairness(pool, null);
        Assert.Equal([0.5, 0.25], pool.Scheduler.Shares(pool.Now).Select(s => Math.Round(s.DominantShare, 6)));
    }

    private static VirtualPool Pool(string name)
    {
        var pool = new VirtualPool();
        pool.Node("n", new ResourceSet { CpuMilli = 24_000, Custom = new Dictionary<string, long> { [name] = 12_000 } });
        return pool;
    }

    private static ResourceSet Set(string name, int amount) => new() { Custom = new Dictionary<string, long> { [name] = amount * 1000 } };

    private static TaskSpec Asking(string agent, string name, int amount) =>
        Make.Task(agent) with { Resources = new ResourceSet { CpuMilli = 100, Custom = new Dictionary<string, long> { [name] = amount * 1000 } } };
}
