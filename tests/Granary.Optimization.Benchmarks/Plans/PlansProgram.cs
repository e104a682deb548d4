using System.Diagnostics;
using Granary.Optimization.Plans;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Benchmarks.Plans;

/// <summary>Fronts of allocation plans: hypervolume and convergence over seeds, the time, and what preferences choose.</summary>
internal static class PlansProgram
{
    public static void Run(string[] args)
    {
        foreach (var agents in new[] { 6, 131, 1000 })
        {
            var problem = Fleet(agents, 0.8);
            var (fronts, watch) = (new List<PlanFront>(), Stopwatch.StartNew());
            for (var seed = 1; seed <= (agents > 500 ? 3 : 10); seed++) fronts.Add(AllocationPlanner.Search(problem, seed));
            Console.WriteLine($"{agents} agents at 80% load, {fronts.Count} seeds, 150 generations: {watch.Elapsed.TotalMilliseconds / fronts.Count:F0} ms a search, {fronts.Average(f => f.Plans.Count):F0} plans");
            Console.WriteLine("  hypervolume, median: " + string.Join("  ", fronts[0].Progress.Select((p, i) => $"{p.Generation}: {Median(fronts.Select(f => f.Progress[i].Hypervolume)):F3}"))
                + $"; last over seeds {fronts.Min(f => f.Hypervolume):F3} to {fronts.Max(f => f.Hypervolume):F3}");
            var front = fronts[0];
            Console.WriteLine($"  all alike        {front.Choose(new PlanPreferences())}");
            Console.WriteLine($"  the knee         {front.Knee()}");
            Console.WriteLine($"  latency first    {front.Choose(new PlanPreferences(Latency: 10))}");
            Console.WriteLine($"  throughput first {front.Choose(new PlanPreferences(Throughput: 10))}");
            Console.WriteLine($"  utilisation      {front.Choose(new PlanPreferences(Utilisation: 10))}");
            Console.WriteLine($"  fairness first   {front.Choose(new PlanPreferences(Fairness: 10))}");
            var byWeight = new double[agents];
            var sum = problem.Agents.Sum(a => a.Weight);
            problem.Allocate(problem.Variable([.. problem.Agents.Select(a => problem.Capacity * a.Weight / sum)]), byWeight);
            Console.WriteLine($"  by weight alone  {new AllocationPlan(byWeight, problem.Judge(byWeight))}");
        }
    }

    /// <summary>Made-up agents: rates, work and weights of a few sizes; seed 1.</summary>
    internal static AllocationProblem Fleet(int count, double load)
    {
        var random = new RandomStream(1);
        var agents = Enumerable.Range(0, count).Select(i => new PlanAgent($"agent-{i}", 0.5 + random.Exponential(4), 0.05 + random.Exponential(0.3), 1 << random.Below(3))).ToArray();
        return new AllocationProblem(agents, agents.Sum(a => a.Rate * a.Work) / load);
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
