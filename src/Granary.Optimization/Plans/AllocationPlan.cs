namespace Granary.Optimization.Plans;

/// <summary>A plan: capacity for each agent, in the order that they were given, and what it does.</summary>
public sealed record AllocationPlan(double[] Allocation, PlanObjectives Objectives)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() =>
        $"latency {Objectives.Latency:G3} s, throughput {1 - Objectives.Loss:P1}, utilisation {1 - Objectives.Idle:P0}, fairness {1 - Objectives.Unfairness:F2}";
}

/// <summary>How far a search was after some generations.</summary>
/// <param name="Hypervolume">The part of everything between nothing lost (0 s, 0, 0, 0) and the worst (1 for three objectives; the longest latency of the rules that the search starts from) that some plan of the front beats; 0 to 1, the larger the better.</param>
public readonly record struct PlanProgress(int Generation, double Hypervolume, int Plans);
