using Granary.Optimization.Policy;

namespace Granary.Optimization.Path;

/// <summary>
/// Whether the path's allocation may act: by the score that chose its plan it must be better than the classical one on average over a low, the expected and a high load, and
/// much worse in none; and where there is a trial, that must have been won.
/// </summary>
/// <param name="trial">Judges past outcomes; null: the model alone decides.</param>
/// <param name="gain">By how much of the front's range it must be better on average.</param>
/// <param name="risk">By how much of it it may be worse in one of them.</param>
public sealed class ConfidenceStage(ShadowTrial? trial = null, double gain = 0.005, double risk = 0.05) : IPathStage
{
    public string Name => "confidence";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Tuned is not { } tuned || context.Forecasts is null || context.Front is null) return StageResult.TooLittle("there is nothing to judge");
        context.Confident = false;
        var (average, worst, name) = new LoadCases(context).Beside(tuned);
        if (!(average <= -gain)) return StageResult.Declined($"its score is {average:+0.###;-0.###;0} beside the classical one's, and {-gain} is asked for");
        if (!(worst <= risk)) return StageResult.Declined($"under the {name} load its score is {worst:+0.###} beside the classical one's, and at most {risk} may act");
        if (trial is not null && trial.State != TrialState.Acting)
            return trial.State == TrialState.Shadow
                ? StageResult.TooLittle($"in shadow after {trial.Pairs} outcomes, advantage {trial.Advantage.Mean:G3}, over {trial.Advantage.Lower:G3} with confidence")
                : StageResult.Declined("it was withdrawn: the classical allocation did better");
        context.Confident = true;
        return StageResult.Done;
    }
}

/// <summary>Learns from what the last decision was worth: it moves the trial on.</summary>
public sealed class AdaptationStage(ShadowTrial? trial = null) : IPathStage
{
    public string Name => "adaptation";

    public bool Required => false;

    public StageResult Run(PathContext context)
    {
        if (context.Situation.Outcome is not { } outcome) return StageResult.TooLittle("no outcome is known");
        if (trial is null) return StageResult.TooLittle("there is no trial to move on");
        trial.Observe(outcome.Classical, outcome.Path);
        return StageResult.Done;
    }
}
