using Granary.Optimization.Path;
using Granary.Optimization.Plans;

namespace Granary.Optimization.Live;

/// <summary>What allocations were worth, told afterwards by the load that came.</summary>
public static class PlanRewards
{
    /// <summary>From 0 to 1: the mean of short waits (1 at none, a half at a second), little loss, little idle capacity and fairness.</summary>
    public static double Of(PlanObjectives objectives) => ((1 / (1 + objectives.Latency)) + (1 - objectives.Loss) + (1 - objectives.Idle) + (1 - objectives.Unfairness)) / 4;

    /// <summary>
    /// What the classical allocation and the path's of an earlier decision would have done with the load of a later one; null where the agents are not the same, or the path made none.
    /// </summary>
    public static (double Classical, double Path)? Compare(PathSituation decided, double[] classical, double[]? path, PathSituation came)
    {
        if (path is null || !decided.Agents.Select(a => a.Id).SequenceEqual(came.Agents.Select(a => a.Id), StringComparer.Ordinal)) return null;
        var problem = new AllocationProblem(came.Agents, Math.Max(came.Capacity, decided.Capacity));
        return (Of(problem.Judge(classical)), Of(problem.Judge(path)));
    }
}
