using Granary.Model;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>Cost: minus the price of the run, which is the node's price an hour, times the largest part of the node that the task takes, times its predicted run time there.</summary>
public sealed class CostScore : INodeScore
{
    public string Name => ScoreNames.Cost;

    public double Score(in PlacementRequest request, in NodeCandidate node) => -Price(request, node);

    /// <summary>What the run costs, in the unit of the nodes' prices.</summary>
    public static double Price(in PlacementRequest request, in NodeCandidate node)
    {
        var price = node.Traits.CostPerHour;
        return price <= 0 ? 0 : price * Part(request.Resources, node.Capacity) * node.RunSeconds / 3600;
    }

    private static double Part(in ResourceVector asked, in ResourceVector capacity)
    {
        double part = 0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (asked[lane] > 0 && capacity[lane] > 0) part = Math.Max(part, asked[lane] / (double)capacity[lane]);
        return part;
    }
}

/// <summary>
/// Energy: minus the joules the run adds. Power grows with the busy part of the cores from idle to busy watts (Fan, Weber, Barroso, Power
/// Provisioning for a Warehouse-sized Computer, ISCA 2007); a node that nothing runs on could sleep, so waking it costs its idle watts too.
/// </summary>
public sealed class EnergyScore : INodeScore
{
    public string Name => ScoreNames.Energy;

    public double Score(in PlacementRequest request, in NodeCandidate node)
    {
        var traits = node.Traits;
        var cores = node.Capacity[0];
        var watts = cores > 0 ? Math.Max(0, traits.BusyWatts - traits.IdleWatts) * request.Resources[0] / cores : 0;
        if (node.Tasks == 0) watts += traits.IdleWatts;
        return -watts * node.RunSeconds;
    }
}
