using Granary.Model;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>Packing: the fullest node first, by the mean over the requested resources of the fraction used once the task is there (Kubernetes' MostAllocated).</summary>
public sealed class PackingScore : INodeScore
{
    public string Name => ScoreNames.Packing;

    public double Score(in PlacementRequest request, in NodeCandidate node)
    {
        var (free, asked, capacity) = (node.Free, request.Resources, node.Capacity);
        double sum = 0;
        var lanes = 0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (asked[lane] <= 0 || capacity[lane] <= 0) continue;
            sum += 1 - ((free[lane] - asked[lane]) / (double)capacity[lane]);
            lanes++;
        }
        return lanes == 0 ? 0 : sum / lanes;
    }
}

/// <summary>Spread: the node whose most used resource is least used once the task is there (worst fit).</summary>
public sealed class SpreadScore : INodeScore
{
    public string Name => ScoreNames.Spread;

    public double Score(in PlacementRequest request, in NodeCandidate node)
    {
        var (free, asked, capacity) = (node.Free, request.Resources, node.Capacity);
        var least = 1.0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (asked[lane] > 0 && capacity[lane] > 0) least = Math.Min(least, (free[lane] - asked[lane]) / (double)capacity[lane]);
        return least;
    }
}
