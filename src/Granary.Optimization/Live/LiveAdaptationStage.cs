using Granary.Optimization.Path;

namespace Granary.Optimization.Live;

/// <summary>
/// The path's last stage where it serves a live pool: what came since the last decision tells what each candidate's allocation was worth beside the incumbent's, learners learn, and each proposes anew.
/// </summary>
/// <param name="contest">Judges; its <c>path</c> is the path itself.</param>
/// <param name="learners">What else proposes.</param>
/// <param name="options">Of the worlds in which allocations are judged.</param>
public sealed class LiveAdaptationStage(Contest contest, PoolLearners learners, RolloutOptions options) : IPathStage
{
    private (PathSituation Situation, double[] Incumbent, Dictionary<string, double[]> Proposals)? _last;

    /// <summary>All that can be in its contest.</summary>
    public static IReadOnlyList<string> Names { get; } = ["path", .. PoolLearners.Names];

    public string Name => "adaptation";

    public bool Required => false;

    /// <summary>There is nothing to go on from: the pool is idle, or has changed.</summary>
    public void Forget() => _last = null;

    public StageResult Run(PathContext context)
    {
        var (situation, judged) = (context.Situation, Judge(context.Situation));
        double[] load = context.Predicted ?? [.. situation.Agents.Select(a => Math.Min(a.Rate * a.Work, 1e3 * situation.Capacity))];
        var rollouts = context.Rollouts ?? new Rollouts(situation, load, situation.Forecasts, options);
        learners.Learn(rollouts);
        var proposals = new Dictionary<string, double[]>(learners.Propose(situation, rollouts), StringComparer.Ordinal);
        if (context.Tuned is { } tuned) proposals["path"] = tuned;
        _last = (situation, context.Incumbent, proposals);
        return judged ? StageResult.Done : StageResult.TooLittle("no outcome is known yet of the same agents");
    }

    private bool Judge(PathSituation came)
    {
        if (_last is not { } last || PlanRewards.Afterwards(last.Situation, came, options) is not { } after) return false;
        var incumbent = PlanRewards.Of(after, last.Incumbent, came.Seed, options);
        foreach (var (name, allocation) in last.Proposals)
        {
            var reward = PlanRewards.Of(after, allocation, came.Seed, options);
            contest.Observe(name, incumbent, reward);
            if (name == "strategy") learners.Reward(reward);
        }
        return true;
    }
}
