using Granary.Model;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>
/// The least left over: minus the sum over the resources of what stays free, each over the largest node's capacity (best fit by weighted
/// leftover, Panigrahy et al., Heuristics for Vector Bin Packing, 2011).
/// </summary>
public sealed class BestFitScore : INodeScore
{
    public string Name => ScoreNames.BestFit;

    public double Score(in PlacementRequest request, in NodeCandidate node)
    {
        var (free, asked, largest) = (node.Free, request.Resources, request.Largest);
        double left = 0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (largest[lane] > 0) left += (free[lane] - asked[lane]) / (double)largest[lane];
        return -left;
    }
}
