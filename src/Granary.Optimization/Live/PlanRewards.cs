using Granary.Optimization.Path;

namespace Granary.Optimization.Live;

/// <summary>What allocations were worth, told afterwards by the load that came.</summary>
public static class PlanRewards
{
    /// <summary>A world for what came after a decision: from the backlog that it was made with, under the load of later; null where the agents are not the same.</summary>
    public static Rollouts? Afterwards(PathSituation decided, PathSituation came, RolloutOptions options)
    {
        if (!decided.Agents.Select(a => a.Id).SequenceEqual(came.Agents.Select(a => a.Id), StringComparer.Ordinal)) return null;
        var load = came.Agents.Select(a => Math.Min(a.Rate * a.Work, 1e3 * came.Capacity)).ToArray();
        return new Rollouts(came with { Backlog = decided.Backlog, History = [], Forecasts = null, Incumbent = decided.Incumbent }, load, null, options);
    }

    /// <summary>The mean reward of a step (<see cref="Policy.WorldReward"/>), the larger the better.</summary>
    public static double Of(Rollouts afterwards, double[] allocation, long seed, RolloutOptions options) => afterwards.Rewards(allocation, seed, options.Worlds).Average();
}
