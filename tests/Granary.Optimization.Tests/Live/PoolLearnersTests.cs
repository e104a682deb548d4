using Granary.Optimization.Live;
using Granary.Optimization.Path;
using Granary.Optimization.Plans;
using Granary.Optimization.Policy;

namespace Granary.Optimization.Tests.Live;

public class PoolLearnersTests
{
    private static readonly QueueWorldOptions World = new();
    private static readonly PlanAgent[] Agents = [.. World.Weights.Select((w, i) => new PlanAgent($"agent-{i}", World.Rates[i], World.Work[i], w))];

    private static PathSituation Situation() => new()
    {
        Agents = Agents,
        Capacity = 1,
        History = [.. Agents.Select(a => Enumerable.Repeat(1.3 * a.Rate * a.Work, 80).ToArray())],
        Backlog = [0.5, 0.1, 0.2, 0, 0, 0.3],
        Incumbent = MaxMinShares.ByWeight(Agents, 1),
    };

    private static Rollouts Rollouts() => new(Situation(), [.. Agents.Select(a => 1.3 * a.Rate * a.Work)], null, new());

    [Fact]
    public void A_policy_learns_in_worlds_like_the_pools_until_it_is_better_than_weights()
    {
        var (learners, rollouts) = (new PoolLearners(null, 1), Rollouts());
        Assert.DoesNotContain("policy", learners.Propose(Situation(), rollouts).Keys);
        for (var round = 0; round < 30; round++) learners.Learn(rollouts);
        var contest = new Contest(PoolLearners.Names, 0.25);
        for (var world = 0; world < 400; world++)
        {
            var (policy, weights) = (new QueueWorld(World, 90_000 + world), new QueueWorld(World, 90_000 + world));
            var (shares, byWeight, ours, theirs) = (new double[6], new double[6], 0.0, 0.0);
            ShareStrategies.Fixed["by weight"](weights, byWeight);
            for (var t = 0; t < 100; t++)
            {
                learners.Policy.Act(policy, shares);
                ours += policy.Step(shares).Value / 100;
                theirs += weights.Step(byWeight).Value / 100;
            }
            contest.Observe("policy", theirs, ours);
        }
        Assert.True(contest.Trial("policy").Advantage.Mean > 0.005, $"{contest.Trial("policy").Advantage}");
        // and what it knows goes on elsewhere
        var again = new PoolLearners(learners.State, 2);
        Assert.Equal(learners.Propose(Situation(), rollouts)["policy"], again.Propose(Situation(), rollouts)["policy"]);
    }

    [Fact]
    public void The_strategy_with_the_best_outcomes_is_chosen_mostly()
    {
        var learners = new PoolLearners(null, 1);
        for (var round = 0; round < 300; round++)
        {
            var proposal = learners.Propose(Situation(), Rollouts())["strategy"];
            learners.Reward(PlanRewards.Of(Rollouts(), proposal, 50 * round, new()));
        }
        Assert.Contains(learners.BestStrategy, new[] { "by weight", "square root", "weight x backlog" });
        Assert.Equal(learners.BestStrategy, new PoolLearners(learners.State, 5).BestStrategy);
    }

    [Fact]
    public void Online_shares_follow_demand_and_keep_guarantees_and_limits()
    {
        PlanAgent[] agents = [new("a", 1, 1, 1, 1), new("b", 1, 1), new("c", 1, 1, 1, 0, 2)];
        var learners = new PoolLearners(null, 1);
        for (var sample = 0; sample < 6; sample++) learners.Follow(agents, 8, [0, 7, 9]);
        var situation = new PathSituation { Agents = agents, Capacity = 8 };
        var shares = learners.Propose(situation, new Rollouts(situation, [0, 7, 9], null, new()))["online"];
        Assert.Equal(8, shares.Sum(), 1e-9);
        Assert.InRange(shares[0], 1, 1.6);
        Assert.InRange(shares[1], 4.4, 6);
        Assert.InRange(shares[2], 1, 2 + 1e-9);
        learners.Follow([.. agents, new("d", 1, 1)], 8, [0, 7, 9, 0]);
        Assert.DoesNotContain("online", learners.Propose(situation, new Rollouts(situation, [0, 7, 9], null, new())).Keys);
    }

    [Fact]
    public void What_was_kept_and_cannot_be_is_as_nothing()
    {
        foreach (var bad in (LearnedState[])[new([1, 2], 0, 1, [], []), new([double.NaN, 0, 0, 0, 0], 0, 0, [1], [double.NaN]), new([], double.NaN, -1, [], [])])
        {
            var learners = new PoolLearners(bad, 1);
            Assert.Equal((0, null), (learners.Rounds, learners.BestStrategy));
        }
    }

    [Fact]
    public void What_wins_leads_and_odd_outcomes_are_left_out()
    {
        var contest = new Contest(["a", "b"], 0.25);
        contest.Observe("a", double.NaN, 1);
        contest.Observe("nobody", 0, 1);
        Assert.Null(contest.Leader);
        for (var i = 0; i < 200; i++)
        {
            contest.Observe("a", 0, 0.1);
            contest.Observe("b", 0, 0.2);
        }
        Assert.Equal("b", contest.Leader);
        Assert.Equal(200, contest.Trial("a").Pairs);
        var again = new Contest(["a", "b"], 0.25);
        again.Restore("b", contest.Pairs("b"));
        Assert.Equal("b", again.Leader);
    }
}
