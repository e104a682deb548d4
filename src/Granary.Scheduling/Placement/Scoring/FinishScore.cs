namespace Granary.Scheduling.Placement.Scoring;

/// <summary>Finish: minus the seconds until the task is predicted to have ended there: fetching its data, then running, taken as short as it may well be, so that machines little is known of are tried.</summary>
public sealed class FinishScore : INodeScore
{
    public string Name => ScoreNames.Finish;

    public double Score(in PlacementRequest request, in NodeCandidate node) => -node.HopefulSeconds - LocalityScore.MoveSeconds(node);
}

/// <summary>Locality: minus the seconds it takes to fetch the data that is not there, over the node's network.</summary>
public sealed class LocalityScore : INodeScore
{
    /// <summary>Where a node declares no network, Mbit/s.</summary>
    public const int DefaultMbps = 1000;

    private const int NetworkLane = 4;

    public string Name => ScoreNames.Locality;

    public double Score(in PlacementRequest request, in NodeCandidate node) => -MoveSeconds(node);

    /// <summary>MiB to move, over megabits a second.</summary>
    public static double MoveSeconds(in NodeCandidate node)
    {
        if (node.MoveMiB <= 0) return 0;
        var mbps = node.Capacity[NetworkLane];
        return node.MoveMiB * 1.048576 * 8 / (mbps > 0 ? mbps : DefaultMbps);
    }
}
