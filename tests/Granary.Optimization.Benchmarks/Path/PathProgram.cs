using Granary.Optimization.Benchmarks.Plans;
using Granary.Optimization.Path;
using Granary.Optimization.Plans;
using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Benchmarks.Path;

/// <summary>The whole path: the time of each stage, and what its decisions are worth beside the classical path's in the simulated world of the policies.</summary>
internal static class PathProgram
{
    public static void Run(string[] args)
    {
        foreach (var agents in new[] { 6, 131, 1000 })
            foreach (var shared in new[] { false, true }) Times(agents, shared);
        Console.WriteLine();
        for (var seed = 1; seed <= 5; seed++) World(seed);
    }

    private static void Times(int agents, bool shared)
    {
        var problem = PlansProgram.Fleet(agents, 0.8);
        var random = new RandomStream(2);
        var path = shared ? StandardPath.Shared(TimeProvider.System, new GaussianPolicy()) : StandardPath.Create(TimeProvider.System, new GaussianPolicy());
        var decisions = new List<PathDecision>();
        for (var round = 0; round < 9; round++)
        {
            decisions.Add(path.Decide(new PathSituation
            {
                Agents = problem.Agents,
                Capacity = problem.Capacity,
                History = [.. problem.Agents.Select(a => Enumerable.Range(0, 240).Select(_ => a.Rate * a.Work * (0.8 + 0.4 * random.Uniform())).ToArray())],
                Backlog = [.. problem.Agents.Select(a => a.Work * random.Exponential(2))],
                Seed = round,
            }));
        }
        // The first compiles.
        var stages = decisions[0].Stages.Select((s, i) => $"{s.Stage} {PlansProgram.Median(decisions.Skip(1).Select(d => d.Stages[i].Took.TotalMilliseconds)):F2}");
        Console.WriteLine($"{agents,4} agents, {(shared ? "shared" : "fixed parts")}, median ms of 8: {string.Join(", ", stages)}; all {PlansProgram.Median(decisions.Skip(1).Select(d => d.Stages.Sum(s => s.Took.TotalMilliseconds))):F1}; the path decided {decisions.Count(d => d.FromPath)} of 9{(decisions.Find(d => !d.FromPath) is { } no ? $"; not: {no.Reason}" : "")}");
    }

    /// <summary>Twins of one world: run by the paths, by the classical path, by fixed strategies and by a learned policy. A decision every five steps, but for the last two, which act each step.</summary>
    private static void World(long seed)
    {
        var options = new QueueWorldOptions();
        var learner = new PolicyGradient(new PolicyGradientOptions(), seed);
        for (var batch = 0; batch < 200; batch++) learner.Learn(options);
        PlanAgent[] agents = [.. options.Weights.Select((w, i) => new PlanAgent($"agent-{i}", options.Rates[i], options.Work[i], w))];
        var rewards = new List<(string Who, double[] Rewards, int Decided)>
        {
            Run("path of fixed parts", StandardPath.Create(TimeProvider.System, learner.Policy)),
            Run("path of shares", StandardPath.Shared(TimeProvider.System, null)),
            Run("path of shares with the policy", StandardPath.Shared(TimeProvider.System, learner.Policy)),
            Run("classical path", null),
            Fixed("by weight", ShareStrategies.Fixed["by weight"]),
            Fixed("policy", learner.Policy.Act),
        };
        var byWeight = rewards.Single(r => r.Who == "by weight").Rewards;
        foreach (var (who, values, decided) in rewards)
        {
            // Rewards of steps hang together; means of 50 steps hardly do.
            var off = values.Zip(byWeight, (a, b) => a - b).Chunk(50).Select(c => c.Average()).ToArray();
            var error = Math.Sqrt(off.Sum(o => (o - off.Average()) * (o - off.Average())) / (off.Length - 1) / off.Length);
            Console.WriteLine($"world {7000 + seed}: {who,-30} {values.Average():F4}, {off.Average():+0.0000;-0.0000} beside by weight, give or take {error:F4}{(decided < 0 ? "" : $"; the path decided {decided} of 200")}");
        }

        (string, double[], int) Fixed(string who, ShareStrategy strategy)
        {
            var (world, shares, values) = (new QueueWorld(options, 7000 + seed), new double[6], new double[1000]);
            for (var t = 0; t < 1000; t++)
            {
                strategy(world, shares);
                values[t] = world.Step(shares).Value;
            }
            return (who, values, -1);
        }

        (string, double[], int) Run(string who, DecisionPath? path)
        {
            var (world, shares, values, decided) = (new QueueWorld(options, 7000 + seed), new double[6], new double[1000], path is null ? -1 : 0);
            var history = agents.Select(_ => new List<double>()).ToArray();
            for (var t = 0; t < 1000; t++)
            {
                for (var i = 0; i < 6; i++) history[i].Add(world.ArrivalRate[i]);
                var now = agents.Select((a, i) => a with { Rate = world.ArrivalRate[i] / a.Work }).ToArray();
                if (t % 5 == 0 && path is null) Share(MaxMinShares.Allocate(now, 1, world.ArrivalRate), shares);
                else if (t % 5 == 0)
                {
                    var decision = path!.Decide(new PathSituation
                    {
                        Agents = now,
                        Capacity = 1,
                        History = [.. history.Select(h => h.ToArray())],
                        Backlog = world.Backlog.ToArray(),
                        Seed = t,
                        Preferences = new PlanPreferences(Latency: 4, Utilisation: 0.2),
                        Incumbent = who.StartsWith("path of shares", StringComparison.Ordinal) ? MaxMinShares.ByWeight(now, 1) : null,
                    });
                    Share(decision.Allocation, shares);
                    decided += decision.FromPath ? 1 : 0;
                }
                values[t] = world.Step(shares).Value;
            }
            return (who, values, decided);
        }
    }

    private static void Share(ReadOnlySpan<double> allocation, Span<double> shares)
    {
        var sum = 0.0;
        foreach (var value in allocation) sum += value;
        for (var i = 0; i < shares.Length; i++) shares[i] = sum > 0 ? allocation[i] / sum : 1.0 / shares.Length;
    }
}
