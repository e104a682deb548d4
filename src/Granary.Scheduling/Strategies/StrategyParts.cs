using Granary.Model;
using Granary.Scheduling.Placement.Scoring;

namespace Granary.Scheduling.Strategies;

/// <summary>
/// The strategies as compositions: an ordering (whose keys <see cref="Ordering.OrderRules"/> writes), scores with their weights, how much a
/// task's own wishes count beside them, and whether a task may wait for a better node.
/// </summary>
/// <param name="Order">The ordering: fair, fifo, priority or sla.</param>
/// <param name="Scores">Scores by name with their weights.</param>
/// <param name="WishWeight">How much one unit of a task's wishes counts against the whole range of the scores.</param>
/// <param name="MayWait">A task may be kept waiting while a node that is expected soon is predicted to finish it earlier.</param>
internal sealed record StrategyParts(PoolStrategy Order, IReadOnlyList<(string Score, double Weight)> Scores, double WishWeight = 1, bool MayWait = false)
{
    private static readonly IReadOnlyList<(string, double)> BestFit = [(ScoreNames.BestFit, 1)];

    /// <summary>What each strategy is made of.</summary>
    public static StrategyParts Of(PoolStrategy strategy) => strategy switch
    {
        PoolStrategy.Fifo => new(PoolStrategy.Fifo, BestFit),
        PoolStrategy.Priority => new(PoolStrategy.Priority, BestFit),
        PoolStrategy.Sla => new(PoolStrategy.Sla, BestFit),
        PoolStrategy.Cost => new(PoolStrategy.Fair, [(ScoreNames.Cost, 1)]),
        PoolStrategy.Affinity => new(PoolStrategy.Fair, [(ScoreNames.Topology, 1), (ScoreNames.BestFit, 1)], WishWeight: 100),
        PoolStrategy.MlAdaptive => new(PoolStrategy.Fair, [(ScoreNames.Finish, 1)], MayWait: true),
        _ => new(PoolStrategy.Fair, BestFit),
    };
}
