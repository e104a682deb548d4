using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Placement;

/// <summary>Where terms, scores and strategies put a task, by small cases.</summary>
public class TermsTests
{
    private readonly VirtualPool _pool = new();

    [Fact]
    public void A_required_label_is_had_or_waited_for()
    {
        Node("n1", 8, "zone=a");
        Node("n2", 2, "zone=b");
        _pool.Submit(Task(new PlacementTerms { Require = Labels("zone=b") }), 3);
        _pool.Decide();
        Assert.Equal(["n2", "n2"], Nodes());
        var waiting = _pool.Scheduler.Explain(3, _pool.Now)!;
        Assert.Equal((WaitReason.Placement, "requires zone=b; no node of pool default has all of that and is large enough; ask for less"), (waiting.Reason, waiting.Evidence));
        _pool.Run();
        Assert.Equal(["n2", "n2", "n2"], Nodes());
    }

    [Fact]
    public void A_label_that_no_node_has_is_refused_with_those_they_have()
    {
        Node("n1", 8, "zone=a");
        Node("n2", 2, "zone=b");
        var refused = Assert.Throws<GranaryException>(() => _pool.Submit(Task(new PlacementTerms { Require = Labels("zone=c") })));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        Assert.Equal("item 0: infeasible: requires zone=c; nodes of pool default have zone=a, b; use one of them", refused.Message);
    }

    [Fact]
    public void What_must_be_apart_is_put_apart_and_tried_again_when_the_other_ends()
    {
        Node("n1", 8);
        Node("n2", 8);
        var apart = new PlacementTerms { Apart = [new TaskAffinity(AffinityBy.Name, "db", Required: true)] };
        _pool.Submit(Task(apart, "db", seconds: 5), 3);
        _pool.Decide();
        Assert.Equal(["n1", "n2"], Nodes().Order());
        Assert.Equal(WaitReason.Placement, _pool.Scheduler.Explain(3, _pool.Now)!.Reason);
        Assert.Equal(10, _pool.Run(), 3);
    }

    [Fact]
    public void Apart_over_a_zone_frees_every_node_of_it_at_once()
    {
        Node("a1", 1, "zone=a");
        Node("a2", 1, "zone=a");
        _pool.Submit(Make.Task("x", seconds: 100, name: "filler"));
        _pool.Decide(); // on a1
        _pool.Submit(Task(new PlacementTerms { Apart = [new TaskAffinity(AffinityBy.Name, "filler", Over: "zone", Required: true)] }));
        _pool.Decide();
        Assert.Single(Nodes());
        _pool.Cancel(1);
        _pool.Run(untilSeconds: 0.1);
        Assert.Equal(2, Nodes().Count);
    }

    [Fact]
    public void The_first_of_those_that_must_be_together_goes_anywhere_and_the_rest_beside_it()
    {
        Node("a1", 2, "zone=a");
        Node("a2", 1, "zone=a");
        Node("b1", 8, "zone=b");
        var near = new PlacementTerms { Near = [new TaskAffinity(AffinityBy.Label, "app=web", Over: "zone", Required: true)] };
        _pool.Submit(Task(near) with { Labels = Labels("app=web") }, 4);
        _pool.Decide();
        Assert.Equal(["a1", "a1", "a2"], Nodes().Order());
        _pool.Run();
        Assert.Equal(4, _pool.Final.Count);
    }

    [Theory]
    [InlineData("prefer", "n2")]
    [InlineData("data", "n3")]
    [InlineData("near", "n4")]
    [InlineData("none", "n1")]
    public void Wishes_outweigh_the_tightest_node(string wish, string expected)
    {
        Node("n1", 2);
        Node("n2", 8, "disk=ssd");
        Node("n3", 8);
        Node("n4", 9);
        _pool.Submit(Make.Task("x", seconds: 100, name: "cache") with { Terms = new TaskTerms { Placement = new PlacementTerms { Prefer = [new LabelPreference("none", "none"),], Data = new Dictionary<string, long> { ["n4"] = 1 } } } });
        _pool.Decide();
        _pool.Submit(Task(wish switch
        {
            "prefer" => new PlacementTerms { Prefer = [new LabelPreference("disk", "ssd", 2)] },
            "data" => new PlacementTerms { Data = new Dictionary<string, long> { ["n3"] = 9000, ["n4"] = 10 } },
            "near" => new PlacementTerms { Near = [new TaskAffinity(AffinityBy.Name, "cache", Weight: 2)] },
            _ => new PlacementTerms { MaxCost = 5 },
        }));
        _pool.Decide();
        Assert.Equal(["n4", expected], Nodes());
    }

    [Fact]
    public void Spreading_over_zones_evens_their_counts()
    {
        foreach (var zone in new[] { "a", "b", "c" })
            for (var i = 0; i < 2; i++) Node($"{zone}{i}", 8, $"zone={zone}");
        _pool.Submit(Task(new PlacementTerms { SpreadOver = "zone" }, "web"), 9);
        _pool.Decide();
        Assert.Equal([3, 3, 3], Nodes().GroupBy(n => n[0]).Select(g => g.Count()));
    }

    [Fact]
    public void A_run_that_would_cost_too_much_waits_for_a_cheaper_node()
    {
        Node("dear", 4, traits: new NodeTraits { Class = "dear", CostPerHour = 40 });
        Node("cheap", 1, traits: new NodeTraits { Class = "cheap", CostPerHour = 1 });
        var cheap = Task(new PlacementTerms { MaxCost = 5 }, seconds: 3600);
        _pool.Submit(cheap, 2);
        _pool.Decide();
        Assert.Equal(["cheap"], Nodes());
        Assert.Equal((WaitReason.Placement, "its run would cost more than its max_cost 5 on every node with room"),
            (_pool.Scheduler.Explain(2, _pool.Now)!.Reason, _pool.Scheduler.Explain(2, _pool.Now)!.Evidence));
    }

    [Theory]
    [InlineData("best-fit", "small")]
    [InlineData("packing", "full")]
    [InlineData("spread", "empty")]
    [InlineData("cost", "cheap")]
    [InlineData("energy", "full")]
    [InlineData("topology", "empty")]
    [InlineData("finish", "fast")]
    public void Each_score_has_its_favourite(string score, string expected)
    {
        Node("full", 16, traits: new NodeTraits { CostPerHour = 3, IdleWatts = 100, BusyWatts = 200, NumaNodes = 16 });
        _pool.Submit(Make.Task("x", cores: 13, seconds: 1000));
        _pool.Decide();
        Node("small", 2.5, traits: new NodeTraits { CostPerHour = 3, IdleWatts = 50, BusyWatts = 300, NumaNodes = 2 });
        Node("empty", 64, traits: new NodeTraits { CostPerHour = 30, IdleWatts = 200, BusyWatts = 900, NumaNodes = 2 });
        Node("cheap", 8, traits: new NodeTraits { CostPerHour = 0.1, IdleWatts = 50, BusyWatts = 300, NumaNodes = 8 });
        Node("fast", 8, traits: new NodeTraits { CostPerHour = 30, IdleWatts = 90, BusyWatts = 400, NumaNodes = 8, Speed = 4 });
        Configure(PoolStrategy.Fair, new PlacementPolicy { Score = score });
        _pool.Submit(Make.Task("x", cores: 2, seconds: 100));
        _pool.Decide();
        Assert.Equal(expected, Nodes()[^1]);
    }

    [Theory]
    [InlineData("sprad", "pool default: score 'sprad' does not exist; did you mean spread?")]
    [InlineData("zzzzzzzz", "pool default: score 'zzzzzzzz' does not exist; there are affinity, best-fit, cost, energy, fgd, finish, locality, packing, spread, topology")]
    public void A_score_that_does_not_exist_is_refused_with_those_that_do(string score, string message) =>
        Assert.Equal(message, Assert.Throws<GranaryException>(() => Configure(PoolStrategy.Fair, new PlacementPolicy { Score = score })).Message);

    [Fact]
    public void Several_scores_are_weighed()
    {
        Node("small", 4, traits: new NodeTraits { CostPerHour = 4 });
        Node("large", 64, traits: new NodeTraits { CostPerHour = 2 });
        Configure(PoolStrategy.Fair, new PlacementPolicy { Scores = new Dictionary<string, double> { ["best-fit"] = 1, ["cost"] = 3 } });
        _pool.Submit(Make.Task("x"));
        _pool.Decide();
        Configure(PoolStrategy.Fair, new PlacementPolicy { Scores = new Dictionary<string, double> { ["best-fit"] = 3, ["cost"] = 1 } });
        _pool.Submit(Make.Task("x"));
        _pool.Decide();
        Assert.Equal(["large", "small"], Nodes());
    }

    private List<string> Nodes() => [.. _pool.Starts.Select(s => s.Assignment.Lease.Node)];

    private void Configure(PoolStrategy strategy, PlacementPolicy policy) =>
        _pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy, Policy = new PoolPolicy { Placement = policy } }, _pool.Now, _pool.Events, _pool);

    private void Node(string name, double cores, string? label = null, NodeTraits? traits = null) =>
        _pool.Node(new NodeSpec { Name = name, Capacity = Make.Cpu(cores), Labels = label is null ? null : Labels(label), Traits = traits });

    private static TaskSpec Task(PlacementTerms terms, string name = "", double seconds = 1) => Make.Task("x", seconds: seconds, name: name) with { Terms = new TaskTerms { Placement = terms } };

    private static Dictionary<string, string> Labels(string label) => new() { [label.Split('=')[0]] = label.Split('=')[1] };
}
