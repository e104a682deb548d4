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

    /// <summary>
    /// The path for capacity that is shared by weight among those who want any, as the scheduler shares it: allocations are chosen, tuned and vouched for by rollouts of such a world instead of
    /// by a model of fixed parts.
    /// </summary>
    /// <param name="trial">In shadow until it is won; null: the rollouts alone decide.</param>
    public static DecisionPath Shared(TimeProvider clock, GaussianPolicy? policy = null, ShadowTrial? trial = null, PlannerOptions? planner = null, RolloutOptions? rollouts = null) =>
        Create(clock, policy, trial, planner).With("choice", new RolloutChoiceStage(rollouts)).With("fine-tune", new RolloutTuneStage(rollouts)).With("confidence", new RolloutConfidenceStage(rollouts, trial));
}
