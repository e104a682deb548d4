using Granary.Optimization.Policy;

namespace Granary.Optimization.Path;

/// <summary>What a learned policy would do: one more point from which the search for a front starts. The path goes on without it.</summary>
/// <param name="policy">Learned, or null where there is none yet.</param>
public sealed class PolicyStage(GaussianPolicy? policy) : IPathStage
{
    public string Name => "policy";

    public bool Required => false;

    public StageResult Run(PathContext context)
    {
        var situation = context.Situation;
        if (policy is null) return StageResult.TooLittle("no policy has been learned");
        if (situation.Backlog is not { } backlog || Array.Exists(backlog, b => !(b >= 0 && double.IsFinite(b)))) return StageResult.TooLittle("backlogs are not measured");
        var predicted = context.Predicted ?? [.. situation.Agents.Select(a => a.Rate * a.Work)];
        var (features, shares) = (new double[backlog.Length * GaussianPolicy.Features], new double[backlog.Length]);
        GaussianPolicy.Observe(
            [.. situation.Agents.Select(a => a.Weight)], [.. predicted.Select(p => p / situation.Capacity)], [.. backlog.Select(b => b / situation.Capacity)], features);
        policy.Means(features, shares);
        GaussianPolicy.Softmax(shares);
        for (var i = 0; i < shares.Length; i++) shares[i] *= situation.Capacity;
        context.Proposal = shares;
        return StageResult.Done;
    }
}
