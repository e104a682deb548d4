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
        foreach (var agents in new[] { 6, 131, 1000 }) Times(agents);
        Console.WriteLine();
        for (var seed = 1; seed <= 5; seed++) World(seed);
    }

    private static void Times(int agents)
    {
        var problem = PlansProgram.Fleet(agents, 0.8);
        var random = new RandomStream(2);
        var path = StandardPath.Create(TimeProvider.System, new GaussianPolicy());
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
        Console.WriteLine($"{agents,4} agents, median ms of 8: {string.Join(", ", stages)}; all {PlansProgram.Median(decisions.Skip(1).Select(d => d.Stages.Sum(s => s.Took.TotalMilliseconds))):F1}; the path decided {decisions.Count(d => d.FromPath)} of 9{(decisions.Find(d => !d.FromPath) is { } no ? $"; not: {no.Reason}" : "")}");
    }

    /// <summary>Twins of one world: one run by the path, one by the classical path, one by weights alone. A decision every five steps.</summary>
    private static void World(long seed)
    {
        var options = new QueueWorldOptions();
        var learner = new PolicyGradient(new PolicyGradientOptions(), seed);
        for (var batch = 0; batch < 200; batch++) learner.Learn(options);
        PlanAgent[] agents = [.. options.Weights.Select((w, i) => new PlanAgent($"agent-{i}", options.Rates[i], options.Work[i], w))];
        var path = StandardPath.Create(TimeProvider.System, learner.Policy);
        var (ours, theirs, weighted, own, steps) = (new QueueWorld(options, 7000 + seed), new QueueWorld(options, 7000 + seed), new QueueWorld(options, 7000 + seed), 0.0, 0.0);
        var (classicalReward, weightReward, decided, decisions) = (0.0, 0.0, 0, 0);
        var history = agents.Select(_ => new List<double>()).ToArray();
        var (shares, classical, byWeight) = (new double[6], new double[6], new double[6]);
        for (var t = 0; t < 1000; t++)
        {
            for (var i = 0; i < 6; i++) history[i].Add(ours.ArrivalRate[i]);
            var now = agents.Select((a, i) => a with { Rate = ours.ArrivalRate[i] / a.Work }).ToArray();
            if (t % 5 == 0)
            {
                var decision = path.Decide(new PathSituation
                {
                    Agents = now,
                    Capacity = 1,
                    History = [.. history.Select(h => h.ToArray())],
                    Backlog = ours.Backlog.ToArray(),
                    Seed = t,
                    Preferences = new PlanPreferences(Latency: 4, Utilisation: 0.2),
                });
                Share(decision.Allocation, shares);
                Share(MaxMinShares.Allocate(agents.Select((a, i) => a with { Rate = theirs.ArrivalRate[i] / a.Work }).ToArray(), 1, theirs.ArrivalRate), classical);
                decisions++;
                decided += decision.FromPath ? 1 : 0;
            }
            own += ours.Step(shares).Value;
            ShareStrategies.Fixed["by weight"](weighted, byWeight);
            weightReward += weighted.Step(byWeight).Value;
            classicalReward += theirs.Step(classical).Value;
            steps++;
        }
        Console.WriteLine($"world {7000 + seed}: reward of a step {own / steps:F4} with the path, {classicalReward / steps:F4} with the classical one, {weightReward / steps:F4} by weight alone; the path decided {decided} of {decisions}");
    }

    private static void Share(ReadOnlySpan<double> allocation, Span<double> shares)
    {
        var sum = 0.0;
        foreach (var value in allocation) sum += value;
        for (var i = 0; i < shares.Length; i++) shares[i] = sum > 0 ? allocation[i] / sum : 1.0 / shares.Length;
    }
}
