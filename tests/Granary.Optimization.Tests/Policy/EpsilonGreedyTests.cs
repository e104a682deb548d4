using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Policy;

public class EpsilonGreedyTests
{
    [Fact]
    public void It_settles_on_the_best_strategy_and_tries_less_and_less()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var (bandit, random) = (new EpsilonGreedy(5, new EpsilonGreedyOptions(), seed), new RandomStream(seed));
            var late = 0;
            for (var t = 0; t < 1000; t++)
            {
                var choice = bandit.Choose();
                late += t >= 800 && choice == 3 ? 1 : 0;
                bandit.Reward(choice, (choice == 3 ? 1 : 0.5) + 0.3 * random.Normal());
            }
            Assert.InRange(late, 180, 200);
            Assert.InRange(bandit.Epsilon, 0.02, 0.0201);
        }
    }

    [Fact]
    public void The_random_part_halves_to_its_floor()
    {
        var bandit = new EpsilonGreedy(2, new EpsilonGreedyOptions { Start = 0.42, Floor = 0.02, HalfLife = 10 }, 1);
        Assert.Equal(0.42, bandit.Epsilon, 12);
        for (var i = 0; i < 10; i++) bandit.Choose();
        Assert.Equal(0.22, bandit.Epsilon, 12);
    }

    [Fact]
    public void With_memory_a_change_is_noticed()
    {
        var bandit = new EpsilonGreedy(2, new EpsilonGreedyOptions { Memory = 0.05, Floor = 0.1 }, 1);
        for (var t = 0; t < 2000; t++)
        {
            var choice = bandit.Choose();
            bandit.Reward(choice, (choice == 0) == (t < 1000) ? 1 : 0);
        }
        Assert.Equal(1, bandit.Best);
    }

    [Fact]
    public void Bad_rewards_and_settings_are_refused_and_change_nothing()
    {
        var bandit = new EpsilonGreedy(2, new EpsilonGreedyOptions(), 1);
        Assert.Throws<ArgumentException>(() => bandit.Reward(0, double.NaN));
        Assert.Throws<ArgumentException>(() => bandit.Reward(0, double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => bandit.Reward(2, 1));
        Assert.Equal([0, 0], bandit.Counts.ToArray());
        Assert.Throws<ArgumentException>(() => new EpsilonGreedy(0, new EpsilonGreedyOptions(), 1));
        Assert.Throws<ArgumentException>(() => new EpsilonGreedy(2, new EpsilonGreedyOptions { Start = 0.1, Floor = 0.5 }, 1));
    }
}
