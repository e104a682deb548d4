using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Policy;

/// <summary>The short form of the benchmark <c>policy</c>, which has five seeds and 40 worlds.</summary>
public class PolicyGradientTests
{
    private static readonly QueueWorldOptions Options = new();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void It_learns_to_beat_every_fixed_strategy_in_worlds_it_has_not_seen(long seed)
    {
        var learner = new PolicyGradient(new PolicyGradientOptions(), seed);
        for (var batch = 0; batch < 400; batch++) learner.Learn(Options);
        var learned = Mean(learner.Policy.Act);
        foreach (var (name, strategy) in ShareStrategies.Fixed) Assert.True(learned > Mean(strategy), $"{learned} against {Mean(strategy)} of '{name}'");
    }

    [Fact]
    public void The_same_seed_learns_the_same_policy()
    {
        Assert.Equal(Learned(7), Learned(7));
        Assert.NotEqual(Learned(7), Learned(8));

        static double[] Learned(long seed)
        {
            var learner = new PolicyGradient(new PolicyGradientOptions { Batch = 2 }, seed);
            for (var batch = 0; batch < 5; batch++) learner.Learn(Options with { Steps = 50 });
            return learner.Policy.Parameters.ToArray();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void One_agent_and_a_thousand(int agents)
    {
        var world = new QueueWorldOptions
        {
            Weights = [.. Enumerable.Repeat(1.0, agents)],
            Rates = [.. Enumerable.Repeat(8.0 / agents, agents)],
            Work = [.. Enumerable.Repeat(0.08, agents)],
            Steps = 10,
        };
        var learner = new PolicyGradient(new PolicyGradientOptions { Batch = 2 }, 1);
        Assert.True(double.IsFinite(learner.Learn(world)));
        var shares = new double[agents];
        learner.Policy.Act(new QueueWorld(world, 2), shares);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.All(learner.Policy.Parameters.ToArray(), p => Assert.True(double.IsFinite(p)));
    }

    [Fact]
    public void An_overloaded_world_gives_no_NaN()
    {
        var world = Options with { Rates = [.. Options.Rates.Select(r => 1000 * r)], Steps = 30 };
        var learner = new PolicyGradient(new PolicyGradientOptions { Batch = 2, LearningRate = 10 }, 1);
        for (var batch = 0; batch < 5; batch++) Assert.True(double.IsFinite(learner.Learn(world)));
        Assert.All(learner.Policy.Parameters.ToArray(), p => Assert.True(double.IsFinite(p)));
    }

    [Fact]
    public void What_is_logged_tells_what_another_policy_is_worth()
    {
        // One agent's preference about 0 was logged; the reward is best at 0.5. A policy about 0.3 is to be judged without acting.
        var (random, rewards, ratios) = (new RandomStream(4), new List<double>(), new List<double>());
        for (var i = 0; i < 4000; i++)
        {
            var action = 0.5 * random.Normal();
            rewards.Add(1 - (action - 0.5) * (action - 0.5) + 0.1 * random.Normal());
            ratios.Add((action * action - (action - 0.3) * (action - 0.3)) / (2 * 0.25));
        }
        var estimate = OffPolicy.Estimate([.. rewards], [.. ratios]);
        var truth = 1 - (0.2 * 0.2 + 0.25);
        Assert.InRange(estimate.Value, truth - 4 * estimate.Deviation, truth + 4 * estimate.Deviation);
        Assert.InRange(estimate.Deviation, 0, 0.03);
        Assert.InRange(estimate.EffectiveSize, 1000, 4000);
        Assert.Throws<ArgumentException>(() => OffPolicy.Estimate([], []));
        Assert.Throws<ArgumentException>(() => OffPolicy.Estimate([double.NaN], [0]));
        Assert.Equal(1, OffPolicy.Estimate([1, 1], [-5000, -5001]).Value);
    }

    [Fact]
    public void Worlds_that_make_no_sense_are_refused()
    {
        foreach (var bad in new[] { Options with { Weights = [] }, Options with { Rates = [1] }, Options with { Burst = double.NaN }, Options with { Work = [0, 1, 1, 1, 1, 1] } })
            Assert.Throws<ArgumentException>(() => new QueueWorld(bad, 1));
        Assert.Throws<ArgumentException>(() => new QueueWorld(Options, 1).Step([double.NaN, 0, 0, 0, 0, 0]));
        Assert.Throws<ArgumentException>(() => new PolicyGradient(new PolicyGradientOptions { Discount = 1 }, 1));
    }

    private static double Mean(ShareStrategy strategy)
    {
        var (sum, shares) = (0.0, new double[Options.Weights.Length]);
        for (var seed = 2000; seed < 2030; seed++)
        {
            var world = new QueueWorld(Options, seed);
            for (var t = 0; t < Options.Steps; t++)
            {
                strategy(world, shares);
                sum += world.Step(shares).Value;
            }
        }
        return sum / (30 * Options.Steps);
    }
}
