namespace Granary.Optimization.Plans;

/// <summary>A plan: capacity for each agent, in the order that they were given, and what it does.</summary>
public sealed record AllocationPlan(double[] Allocation, PlanObjectives Objectives)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() =>
        $"latency {Objectives.Latency:G3} s, throughput {1 - Objectives.Loss:P1}, utilisation {1 - Objectives.Idle:P0}, fairness {1 - Objectives.Unfairness:F2}";
}

/// <summary>How far a search was after some generations.</summary>
/// <param name="Hypervolume">Of the front, objectives scaled from the ideal (0) to the worst of the final front (1), beside 1.1 to each; the larger the better.</param>
public readonly record struct PlanProgress(int Generation, double Hypervolume, int Plans);
