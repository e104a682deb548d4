using System.Diagnostics;
using Granary.Optimization.Policy;

namespace Granary.Optimization.Benchmarks.Policy;

/// <summary>A learned policy beside the fixed strategies on the stated workload: five seeds of learning, judged on 40 worlds that none of them saw.</summary>
internal static class PolicyProgram
{
    private const int Judged = 40;

    public static void Run(string[] args)
    {
        var batches = args.Length > 0 ? int.Parse(args[0]) : 600;
        var options = new QueueWorldOptions();
        var load = options.Rates.Zip(options.Work).Sum(p => p.First * p.Second) * (options.Burst + 1 / options.Burst) / 2;
        Console.WriteLine($"{options.Weights.Length} agents, mean load {load:P0}, episodes of {options.Steps} steps; worlds 1000 to {1000 + Judged - 1}; reward of a step = latency + 0.2 efficiency + 0.3 fairness");
        var rewards = ShareStrategies.Fixed.ToDictionary(s => s.Key, s => Worlds(options, s.Value));
        foreach (var (name, values) in rewards.OrderBy(r => r.Value.Average(v => v.Value))) Print(name, values);
        var best = rewards.MaxBy(r => r.Value.Average(v => v.Value)).Key;
        foreach (var seed in new[] { 1, 2, 3, 4, 5 })
        {
            var (learner, watch) = (new PolicyGradient(new PolicyGradientOptions(), seed), Stopwatch.StartNew());
            var untrained = Worlds(options, learner.Policy.Act).Average(v => v.Value);
            for (var batch = 0; batch < batches; batch++) learner.Learn(options);
            var time = watch.Elapsed;
            var values = Worlds(options, learner.Policy.Act);
            Print($"learned, seed {seed}", values);
            var trial = new ShadowTrial(0.2);
            var acted = -1L;
            for (var i = 0; i < 4000 && acted < 0; i++)
            {
                var (incumbent, candidate) = (Episode(options, ShareStrategies.Fixed[best], 5000 + i).Value, Episode(options, learner.Policy.Act, 5000 + i).Value);
                if (trial.Observe(incumbent, candidate) != TrialState.Shadow) acted = trial.Pairs;
            }
            var wins = values.Zip(rewards[best]).Count(p => p.First.Value > p.Second.Value);
            Console.WriteLine($"    {untrained:F4} before learning; {batches} batches of 8 episodes in {time.TotalSeconds:F1} s; better than '{best}' in {wins} of {Judged} worlds; "
                + $"{trial.State} after {trial.Pairs} pairs in shadow, advantage {trial.Advantage.Mean:F4}, over {trial.Advantage.Lower:F4} with 95% confidence");
            Console.WriteLine($"    preference: {string.Join(" ", learner.Policy.Parameters.ToArray().Select(v => v.ToString("F2")))} deviation {Math.Exp(learner.Policy.LogDeviation):F2}");
        }
        Bandit(options, best);
    }

    /// <summary>Epsilon-greedy over the fixed strategies, an episode a choice.</summary>
    private static void Bandit(QueueWorldOptions options, string best)
    {
        var strategies = ShareStrategies.Fixed.ToArray();
        foreach (var seed in new[] { 1, 2, 3, 4, 5 })
        {
            var (bandit, late) = (new EpsilonGreedy(strategies.Length, new EpsilonGreedyOptions(), seed), 0);
            for (var i = 0; i < 400; i++)
            {
                var choice = bandit.Choose();
                late += i >= 300 && strategies[choice].Key == best ? 1 : 0;
                bandit.Reward(choice, Episode(options, strategies[choice].Value, 10_000 * seed + i).Value);
            }
            Console.WriteLine($"epsilon-greedy, seed {seed}: settles on '{strategies[bandit.Best].Key}'; '{best}' in {late} of the last 100 of 400 choices");
        }
    }

    private static WorldReward[] Worlds(QueueWorldOptions options, ShareStrategy strategy) => [.. Enumerable.Range(1000, Judged).Select(seed => Episode(options, strategy, seed))];

    private static WorldReward Episode(QueueWorldOptions options, ShareStrategy strategy, long seed)
    {
        var (world, shares, latency, efficiency, fairness) = (new QueueWorld(options, seed), new double[options.Weights.Length], 0.0, 0.0, 0.0);
        for (var t = 0; t < options.Steps; t++)
        {
            strategy(world, shares);
            var reward = world.Step(shares);
            latency += reward.Latency / options.Steps;
            efficiency += reward.Efficiency / options.Steps;
            fairness += reward.Fairness / options.Steps;
        }
        return new WorldReward(latency, efficiency, fairness);
    }

    private static void Print(string name, WorldReward[] values) =>
        Console.WriteLine($"  {name,-18} reward {values.Average(v => v.Value):F4}  latency {values.Average(v => v.Latency):F4}  efficiency {values.Average(v => v.Efficiency):F4}  fairness {values.Average(v => v.Fairness):F4}");
}
