using Granary.Optimization.Policy;

namespace Granary.Optimization.Path;

/// <summary>
/// Whether the path's allocation may act: by the score that chose its plan it must be no worse than the classical one whether the load turns out low, as expected or high,
/// and better as expected; and where there is a trial, that must have been won.
/// </summary>
/// <param name="trial">Judges past outcomes; null: the model alone decides.</param>
/// <param name="gain">By how much of the front's range it must be better as expected, and may be worse otherwise.</param>
public sealed class ConfidenceStage(ShadowTrial? trial = null, double gain = 0.005) : IPathStage
{
    public string Name => "confidence";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Tuned is not { } tuned || context.Forecasts is not { } forecasts || context.Front is not { } front) return StageResult.TooLittle("there is nothing to judge");
        context.Confident = false;
        (string Name, Func<ForecastBand, double[]> Line, double Most)[] cases = [("low", f => f.Lower, gain), ("expected", f => f.Mean, -gain), ("high", f => f.Upper, gain)];
        foreach (var (name, line, most) in cases)
        {
            var problem = FrontStage.Under(context.Situation, forecasts, line);
            var worse = front.Score(problem.Judge(tuned), context.Situation.Preferences) - front.Score(problem.Judge(context.Classical), context.Situation.Preferences);
            if (!(worse <= most)) return StageResult.Declined($"under the {name} load its score is worse than the classical one's by {worse:G3}, and at most {most} may act");
        }
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
