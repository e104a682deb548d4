using Granary.Optimization.Path;
using Granary.Optimization.Plans;
using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Path;

/// <summary>The path that judges by rollouts, against the weights in force.</summary>
public class SharedPathTests
{
    private static readonly PlannerOptions Quick = new() { Generations = 20, Divisions = 4 };

    [Theory]
    [InlineData(7001)]
    [InlineData(7002)]
    public void On_the_stated_workload_it_is_better_than_the_best_fixed_strategy(long seed)
    {
        var options = new QueueWorldOptions();
        PlanAgent[] agents = [.. options.Weights.Select((w, i) => new PlanAgent($"agent-{i}", options.Rates[i], options.Work[i], w))];
        var path = StandardPath.Shared(TimeProvider.System, planner: Quick);
        var (ours, theirs, shares, byWeight) = (new QueueWorld(options, seed), new QueueWorld(options, seed), new double[6], new double[6]);
        var (history, advantages, decided) = (agents.Select(_ => new List<double>()).ToArray(), new List<double>(), 0);
        for (var t = 0; t < 600; t++)
        {
            for (var i = 0; i < 6; i++) history[i].Add(ours.ArrivalRate[i]);
            if (t % 5 == 0)
            {
                var now = agents.Select((a, i) => a with { Rate = ours.ArrivalRate[i] / a.Work }).ToArray();
                var decision = path.Decide(new PathSituation
                {
                    Agents = now,
                    Capacity = 1,
                    History = [.. history.Select(h => h.ToArray())],
                    Backlog = ours.Backlog.ToArray(),
                    Seed = t,
                    Incumbent = MaxMinShares.ByWeight(now, 1),
                    Preferences = new PlanPreferences(Latency: 4, Utilisation: 0.2),
                });
                decided += decision.FromPath ? 1 : 0;
                for (var i = 0; i < 6; i++) shares[i] = decision.Allocation[i] / decision.Allocation.Sum();
            }
            ShareStrategies.Fixed["by weight"](theirs, byWeight);
            advantages.Add(ours.Step(shares).Value - theirs.Step(byWeight).Value);
        }
        // steps hang together; means of 50 hardly do
        var means = advantages.Chunk(50).Select(c => c.Average()).ToArray();
        var error = Math.Sqrt(means.Sum(m => (m - means.Average()) * (m - means.Average())) / (means.Length - 1) / means.Length);
        Assert.True(means.Average() > 1.5 * error, $"{means.Average()} give or take {error}");
        Assert.InRange(decided, 20, 120);
    }

    [Fact]
    public void What_is_as_good_as_the_incumbent_is_vouched_for_hardly_ever()
    {
        // Two that are alike in everything: it makes no difference whose share is the larger.
        PlanAgent[] agents = [new("a", 4, 0.1), new("b", 4, 0.1)];
        var vouched = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var situation = Situation(agents, 1, 1_000 * seed) with { Incumbent = [0.4, 0.6], Backlog = [1, 1] };
            var context = new PathContext(situation, [0.5, 0.5]) { Tuned = [0.6, 0.4], Rollouts = new(situation, [0.4, 0.4], null, new()) };
            var result = new RolloutConfidenceStage().Run(context);
            vouched += context.Confident == true ? 1 : 0;
            if (context.Confident != true) Assert.StartsWith("in 24 rollouts it is", result.Reason);
        }
        Assert.InRange(vouched, 0, 8); // 1% are meant to be
    }

    [Fact]
    public void One_agent_alone_has_what_there_is()
    {
        PlanAgent[] agents = [new("a", 4, 0.1)];
        var decision = StandardPath.Shared(TimeProvider.System, planner: Quick).Decide(Situation(agents, 1, 1));
        Assert.Equal((false, 1.0), (decision.FromPath, Math.Round(decision.Allocation[0], 9)));
        Assert.StartsWith("confidence: in 24 rollouts it is 0 beside the incumbent", decision.Reason);
    }

    [Fact]
    public void Whatever_is_measured_it_keeps_guarantees_and_limits_and_lets_no_NaN_out()
    {
        var random = new RandomStream(5);
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e300, 1, 2, 3];
        var path = StandardPath.Shared(TimeProvider.System, new GaussianPolicy(), planner: Quick, rollouts: new() { Worlds = 4, Tries = 4, World = new() { Steps = 5 } });
        for (var round = 0; round < 40; round++)
        {
            var capacity = 2 * Math.Exp(3 * random.Uniform());
            PlanAgent[] agents = [new("a", 20, 0.05, 4, 1), new("b", 1e9, 1e9), new("c", 8, 1e-9, 1, 0, 3), new("d", 0, 1, 2)];
            var decision = path.Decide(Situation(agents, capacity, round) with
            {
                History = [.. agents.Select(_ => Enumerable.Range(0, 60 + random.Below(200)).Select(_ => odd[random.Below(odd.Length)]).ToArray())],
                Backlog = [.. agents.Select(_ => odd[random.Below(odd.Length)])],
            });
            foreach (var allocation in (double[][])[decision.Allocation, decision.Candidate ?? decision.Allocation])
            {
                Assert.InRange(allocation.Sum(), 0, capacity * (1 + 1e-6));
                Assert.All(allocation.Zip(agents), p => Assert.InRange(p.First, p.Second.Guarantee - 1e-6 * capacity, (p.Second.Limit ?? capacity) + 1e-6 * capacity));
            }
        }
    }

    [Fact]
    public void An_incumbent_that_cannot_be_is_refused()
    {
        PlanAgent[] agents = [new("a", 4, 0.1, Guarantee: 0.5), new("b", 4, 0.1)];
        foreach (var bad in (double[][])[[0.5], [0.1, 0.9], [0.6, 0.6], [double.NaN, 0.1]])
            Assert.Throws<ArgumentException>(() => StandardPath.Shared(TimeProvider.System).Decide(Situation(agents, 1, 1) with { Incumbent = bad }));
    }

    private static PathSituation Situation(PlanAgent[] agents, double capacity, long seed) => new()
    {
        Agents = agents,
        Capacity = capacity,
        History = [.. agents.Select(a => Enumerable.Repeat(a.Rate * a.Work, 80).ToArray())],
        Seed = seed,
        Incumbent = MaxMinShares.ByWeight(agents, capacity),
    };
}
