namespace Granary.Optimization.Plans;

/// <summary>Plans of which none is better than another in everything, for a person or a rule to choose from.</summary>
public sealed class PlanFront
{
    private readonly double[] _ideal = new double[4], _range = new double[4];

    private readonly AllocationProblem _problem;

    internal PlanFront(AllocationProblem problem, IReadOnlyList<AllocationPlan> plans, IReadOnlyList<PlanProgress> progress)
    {
        (_problem, Plans, Progress) = (problem, plans, progress);
        for (var k = 0; k < 4; k++)
        {
            _ideal[k] = plans.Min(p => p.Objectives.ToArray()[k]);
            // What differs by less than a twentieth all over the front is not worth giving anything else up for.
            var least = k == 0 ? 0.05 * _ideal[k] + 1e-9 : 0.05;
            _range[k] = Math.Max(least, plans.Max(p => p.Objectives.ToArray()[k]) - _ideal[k]);
        }
    }

    /// <summary>At least one.</summary>
    public IReadOnlyList<AllocationPlan> Plans { get; }

    /// <summary>How the search went on; the last entry is this front.</summary>
    public IReadOnlyList<PlanProgress> Progress { get; }

    /// <summary>The hypervolume of this front, as in <see cref="PlanProgress"/>.</summary>
    public double Hypervolume => Progress[^1].Hypervolume;

    /// <summary>What another allocation would do under the load of this front: a rule's, or the one in force.</summary>
    public AllocationPlan Judge(double[] allocation) => new(allocation, _problem.Judge(allocation));

    /// <summary>
    /// The plan whose largest weighted distance from the best of each objective is least: the achievement scalarizing function of Wierzbicki (1980). Every kind of
    /// front has such a plan for any preferences; a weighted sum would miss those in a hollow.
    /// </summary>
    public AllocationPlan Choose(PlanPreferences preferences) => Plans.MinBy(plan => Score(plan.Objectives, preferences))!;

    /// <summary>What <see cref="Choose"/> makes least, for any objectives: 0 at the best of the front in everything, and about 1 at the worst in what alone is wanted.</summary>
    public double Score(PlanObjectives objectives, PlanPreferences preferences)
    {
        var (weights, scaled) = (preferences.Weights(), Scaled(objectives));
        var (most, sum) = (double.NegativeInfinity, 0.0);
        for (var k = 0; k < 4; k++)
        {
            most = Math.Max(most, weights[k] * scaled[k]);
            sum += weights[k] * scaled[k];
        }
        return most + 0.05 * sum;
    }

    /// <summary>
    /// The plan where gaining a little in one thing costs most in others: the farthest below the plane through the worst of each objective. Source: Das, "On
    /// characterizing the 'knee' of the Pareto curve" (1999).
    /// </summary>
    public AllocationPlan Knee() => Plans.MinBy(plan => Scaled(plan.Objectives).Sum())!;

    /// <summary>The best plan for each objective alone: latency, throughput, utilisation, fairness.</summary>
    public IReadOnlyList<AllocationPlan> Extremes() => [.. Enumerable.Range(0, 4).Select(k => Plans.MinBy(p => (p.Objectives.ToArray()[k], Scaled(p.Objectives).Sum()))!)];

    /// <summary>Objectives on the scale of this front: 0 the best, 1 the worst of it.</summary>
    internal double[] Scaled(PlanObjectives objectives)
    {
        var scaled = objectives.ToArray();
        for (var k = 0; k < 4; k++) scaled[k] = (scaled[k] - _ideal[k]) / _range[k];
        return scaled;
    }
}
