using Granary.Optimization.Nsga3;

namespace Granary.Optimization.Plans;

/// <summary>The settings of a search for plans.</summary>
public sealed record PlannerOptions
{
    public int Generations { get; init; } = 150;

    /// <summary>Divisions of each objective's axis: 6 are 84 reference points.</summary>
    public int Divisions { get; init; } = 6;

    /// <summary>Generations between two entries of progress.</summary>
    public int ReportEvery { get; init; } = 25;

    internal void Validate()
    {
        Require.AtLeast(Generations, 1, nameof(Generations));
        if (Divisions is < 1 or > 12) throw new ArgumentException($"Divisions is {Divisions}; it goes from 1 to 12, which are 455 reference points");
        Require.AtLeast(ReportEvery, 1, nameof(ReportEvery));
    }
}

/// <summary>Finds a front of allocation plans by NSGA-III, started from the rules that people use: by weight, by demand, by the square root of it, and demand with headroom.</summary>
public static class AllocationPlanner
{
    /// <param name="start">More plans to start from, such as the one in force.</param>
    public static PlanFront Search(AllocationProblem problem, long seed, PlannerOptions? options = null, IEnumerable<double[]>? start = null)
    {
        options ??= new PlannerOptions();
        options.Validate();
        var first = new List<double[]>();
        foreach (var allocation in (start ?? []).Concat(Rules(problem)))
        {
            Require.Length(allocation.Length, problem.Agents.Count, "an allocation to start from");
            Require.Finite(allocation, "an allocation to start from");
            first.Add(problem.Variable(allocation));
        }
        var run = new Nsga3Run(problem, ReferencePoints.DasDennis(4, options.Divisions), new Nsga3Options { Generations = options.Generations }, seed, first);
        var seen = new List<(int Generation, PlanObjectives[] Points)>();
        for (var generation = 0; generation <= options.Generations; generation++)
        {
            if (generation > 0) run.Step();
            if (generation % options.ReportEvery == 0 || generation == options.Generations) seen.Add((generation, [.. run.Result().Solutions.Select(s => Objectives(s.Objectives))]));
        }
        var front = new PlanFront([.. run.Result().Solutions.DistinctBy(s => Objectives(s.Objectives)).Select(s => Plan(problem, s.Variables))]);
        front.Progress = [.. seen.Select(s => new PlanProgress(s.Generation, front.Volume(s.Points), s.Points.Length))];
        return front;
    }

    private static PlanObjectives Objectives(double[] values) => new(values[0], values[1], values[2], values[3]);

    private static AllocationPlan Plan(AllocationProblem problem, double[] variables)
    {
        var allocation = new double[variables.Length];
        problem.Allocate(variables, allocation);
        return new AllocationPlan(allocation, problem.Judge(allocation));
    }

    private static IEnumerable<double[]> Rules(AllocationProblem problem)
    {
        var (agents, capacity) = (problem.Agents, problem.Capacity);
        yield return Parts(agents.Select(a => a.Weight));
        yield return Parts(agents.Select(a => a.Rate * a.Work));
        yield return Parts(agents.Select(a => Math.Sqrt(a.Rate * a.Work)));
        yield return Parts(agents.Select(a => Math.Sqrt(a.Rate)));
        foreach (var headroom in new[] { 1, 1.05, 1.2, 1.5, 2 }) yield return [.. agents.Select(a => a.Rate * a.Work * headroom)];

        double[] Parts(IEnumerable<double> sizes)
        {
            var values = sizes.ToArray();
            var sum = values.Sum();
            return [.. values.Select(v => sum > 0 ? capacity * v / sum : 0)];
        }
    }
}
