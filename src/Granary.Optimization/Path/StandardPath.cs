using Granary.Optimization.Plans;
using Granary.Optimization.Policy;

namespace Granary.Optimization.Path;

/// <summary>The path with the library's own stages.</summary>
public static class StandardPath
{
    /// <param name="trial">In shadow until it is won; null: the model alone decides.</param>
    public static DecisionPath Create(TimeProvider clock, GaussianPolicy? policy = null, ShadowTrial? trial = null, PlannerOptions? planner = null) => new(
        [
            new PredictStage(), new ForecastStage(), new PolicyStage(policy), new FrontStage(planner), new ChoiceStage(), new FineTuneStage(), new ConfidenceStage(trial), new AdaptationStage(trial),
        ], clock);
}
