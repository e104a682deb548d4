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

/// <summary>Finds a front of allocation plans by NSGA-III, started from the rules that people use: max-min fairness, by weight, by demand, by the square root of it, and demand with headroom.</summary>
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
        double[] worst = [Rules(problem).Max(rule => Judge(problem, rule).Latency) + 1e-9, 1, 1, 1];
        var (progress, archive) = (new List<PlanProgress>(), new PlanArchive());
        for (var generation = 0; generation <= options.Generations; generation++)
        {
            if (generation > 0) run.Step();
            for (var i = 0; i < run.Population; i++) archive.Add(run.ObjectivesOf(i), run.VariablesOf(i));
            if (generation % options.ReportEvery != 0 && generation != options.Generations) continue;
            progress.Add(new PlanProgress(generation, Hypervolume.Of(archive.Plans.Select(s => s.Objectives), worst) / worst[0], archive.Plans.Count));
        }
        return new PlanFront(problem, Undominated([.. archive.Plans.Select(p => Plan(problem, p.Variables))]), progress);
    }

    private static AllocationPlan[] Undominated(AllocationPlan[] plans)
    {
        var values = Array.ConvertAll(plans, p => p.Objectives.ToArray());
        return [.. plans.Where((_, i) => !values.Any(other => Dominance.Dominates(other, values[i])))];
    }

    private static PlanObjectives Judge(AllocationProblem problem, double[] allocation)
    {
        var allowed = new double[allocation.Length];
        problem.Allocate(problem.Variable(allocation), allowed);
        return problem.Judge(allowed);
    }

    private static AllocationPlan Plan(AllocationProblem problem, double[] variables)
    {
        var allocation = new double[variables.Length];
        problem.Allocate(variables, allocation);
        return new AllocationPlan(allocation, problem.Judge(allocation));
    }

    private static IEnumerable<double[]> Rules(AllocationProblem problem)
    {
        var (agents, capacity) = (problem.Agents, problem.Capacity);
        yield return MaxMinShares.Allocate(agents, capacity, [.. agents.Select(a => a.Rate * a.Work)]);
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
