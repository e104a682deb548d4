namespace Granary.Scheduling.Placement.Scoring;

/// <summary>Affinity: the weights of preferred labels and of neighbours wanted that are there, less those of neighbours unwanted, less one for each task too many where it should be spread.</summary>
public sealed class AffinityScore : INodeScore
{
    public string Name => ScoreNames.Affinity;

    public double Score(in PlacementRequest request, in NodeCandidate node) => node.Attraction - node.Crowding;
}

/// <summary>
/// Topology: one over the number of NUMA nodes that the request would be cut into: 1 where it fits into one. A machine's cores and memory are counted as parted equally, and what runs as packed into as few NUMA nodes as it could be.
/// </summary>
public sealed class TopologyScore : INodeScore
{
    public string Name => ScoreNames.Topology;

    public double Score(in PlacementRequest request, in NodeCandidate node)
    {
        var parts = Math.Max(1, node.Traits.NumaNodes);
        if (parts == 1) return 1;
        var worst = 1.0;
        for (var lane = 0; lane < 2; lane++) worst = Math.Min(worst, Whole(request.Resources[lane], node.Free[lane], node.Capacity[lane] / parts));
        return worst;
    }

    private static double Whole(int asked, int free, int size)
    {
        if (asked <= 0 || size <= 0) return 1;
        var fewest = (asked + size - 1) / size;
        var (empty, rest) = (free / size, free % size);
        // Into the part in use if it holds all; else into empty parts; else over what is left of each.
        var needed = asked <= rest ? 1 : fewest <= empty ? fewest : fewest + 1;
        return 1.0 / needed;
    }
}
