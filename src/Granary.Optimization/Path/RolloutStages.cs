using Granary.Optimization.Plans;
using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Path;

/// <summary>Of the best plans of the front, the fixed strategies, the incumbent and what a policy proposes: what does best in rollouts.</summary>
public sealed class RolloutChoiceStage(RolloutOptions? options = null) : IPathStage
{
    private readonly RolloutOptions _options = options ?? new();

    public string Name => "choice";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Front is not { } front || context.Predicted is not { } load) return StageResult.TooLittle("there is no front");
        var (situation, rollouts) = (context.Situation, context.Rollouts ??= new Rollouts(context.Situation, load, context.Situation.Forecasts, _options));
        List<double[]> candidates = [context.Incumbent, context.Classical, MaxMinShares.ByWeight(situation.Agents, situation.Capacity)];
        if (context.Proposal is { } proposal) candidates.Add(Within(situation, proposal));
        var (now, shares) = (rollouts.Now, new double[situation.Agents.Count]);
        foreach (var strategy in ShareStrategies.Fixed.Values)
        {
            strategy(now, shares);
            candidates.Add(Within(situation, [.. shares.Select(s => s * situation.Capacity)]));
        }
        candidates.AddRange(front.Plans.OrderBy(p => front.Score(p.Objectives, situation.Preferences)).Take(_options.Plans).Select(p => p.Allocation));
        context.Chosen = front.Judge(candidates.MaxBy(c => rollouts.Rewards(c, situation.Seed, _options.Worlds).Average())!);
        return StageResult.Done;
    }

    /// <summary>The nearest allocation that keeps guarantees and limits.</summary>
    internal static double[] Within(PathSituation situation, double[] allocation)
    {
        var (agents, limits) = (situation.Agents, situation.Agents.Select(a => Math.Max(a.Guarantee, Math.Min(a.Limit ?? situation.Capacity, situation.Capacity))).ToArray());
        var set = new Online.ShareSet([.. agents.Select(a => a.Guarantee)], limits, Math.Min(situation.Capacity, limits.Sum()));
        var result = (double[])allocation.Clone();
        set.Project(result);
        return result;
    }
}

/// <summary>Small changes to the chosen allocation, kept where they do better in rollouts: a (1+1) evolution strategy (Rechenberg, 1973) on the logarithms of shares.</summary>
public sealed class RolloutTuneStage(RolloutOptions? options = null) : IPathStage
{
    private const double Deviation = 0.25;

    private readonly RolloutOptions _options = options ?? new();

    public string Name => "fine-tune";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Chosen is not { } plan) return StageResult.TooLittle("no plan was chosen");
        context.Tuned = plan.Allocation;
        if (context.Rollouts is not { } rollouts) return StageResult.Done;
        var (situation, random) = (context.Situation, new RandomStream(context.Situation.Seed));
        var best = rollouts.Rewards(context.Tuned, situation.Seed, _options.Worlds).Average();
        for (var i = 0; i < _options.Tries; i++)
        {
            var changed = RolloutChoiceStage.Within(situation, [.. context.Tuned.Select(a => Math.Max(a, 1e-3 * situation.Capacity / context.Tuned.Length) * Math.Exp(Deviation * random.Normal()))]);
            var reward = rollouts.Rewards(changed, situation.Seed, _options.Worlds).Average();
            if (reward <= best) continue;
            (best, context.Tuned) = (reward, changed);
        }
        return StageResult.Done;
    }
}

/// <summary>
/// Whether the path's allocation may act: in rollouts that it was not chosen by it must be better than the incumbent with confidence (a one-sided paired t-test); and where there is a
/// trial, that must have been won.
/// </summary>
/// <param name="trial">Judges past outcomes; null: the rollouts alone decide.</param>
/// <param name="deviations">Standard errors that the mean advantage must be over 0: 2.5 are a risk of about 1% with the default number of worlds.</param>
public sealed class RolloutConfidenceStage(RolloutOptions? options = null, ShadowTrial? trial = null, double deviations = 2.5) : IPathStage
{
    private readonly RolloutOptions _options = options ?? new();

    public string Name => "confidence";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Tuned is not { } tuned || context.Rollouts is not { } rollouts) return StageResult.TooLittle("there is nothing to judge");
        context.Confident = false;
        var (fresh, worlds) = (context.Situation.Seed + 1_000_003, _options.Worlds);
        double[] advantages = [.. rollouts.Rewards(tuned, fresh, worlds).Zip(rollouts.Rewards(context.Incumbent, fresh, worlds), (ours, theirs) => ours - theirs)];
        var mean = advantages.Average();
        var error = Math.Sqrt(advantages.Sum(a => (a - mean) * (a - mean)) / (worlds - 1) / worlds);
        if (!(mean > deviations * error)) return StageResult.Declined($"in {worlds} rollouts it is {mean:+0.####;-0.####;0} beside the incumbent, give or take {error:0.####}");
        if (trial is not null && trial.State != TrialState.Acting)
            return trial.State == TrialState.Shadow
                ? StageResult.TooLittle($"in shadow after {trial.Pairs} outcomes, advantage {trial.Advantage.Mean:G3}, over {trial.Advantage.Lower:G3} with confidence")
                : StageResult.Declined("it was withdrawn: the incumbent did better");
        context.Confident = true;
        return StageResult.Done;
    }
}
