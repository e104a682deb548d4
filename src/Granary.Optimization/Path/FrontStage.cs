using Granary.Optimization.Plans;

namespace Granary.Optimization.Path;

/// <summary>A front of plans for a load halfway between what is expected and the upper ends of the forecasts.</summary>
public sealed class FrontStage(PlannerOptions? options = null) : IPathStage
{
    private readonly PlannerOptions _options = options ?? Defaults;

    /// <summary>A search that a decision of every few seconds has time for.</summary>
    public static PlannerOptions Defaults { get; } = new() { Generations = 60, Divisions = 5 };

    public string Name => "front";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Forecasts is not { } forecasts) return StageResult.TooLittle("nothing is forecast");
        var start = new List<double[]> { context.Classical };
        if (context.Proposal is { } proposal) start.Add(proposal);
        if (context.Situation.Current is { } current) start.Add(current);
        var problem = LoadCases.Under(context.Situation, forecasts, f => [.. f.Mean.Zip(f.Upper, (mean, upper) => 0.5 * (mean + upper))]);
        context.Front = AllocationPlanner.Search(problem, context.Situation.Seed, _options, start);
        return StageResult.Done;
    }
}

/// <summary>
/// The plan of the front that preferences choose: the one with the best score over a low, the expected and a high load, of those that are in none of these much worse
/// than the classical allocation.
/// </summary>
/// <param name="risk">By how much of the front's range it may be worse in one of them.</param>
public sealed class ChoiceStage(double risk = 0.03) : IPathStage
{
    public string Name => "choice";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Front is not { } front) return StageResult.TooLittle("there is no front");
        context.Chosen = front.Choose(context.Situation.Preferences);
        if (context.Forecasts is null) return StageResult.Done;
        var (cases, least) = (new LoadCases(context), double.PositiveInfinity);
        foreach (var plan in front.Plans)
        {
            var (average, worst, _) = cases.Beside(plan.Allocation);
            if (worst > risk || average >= least) continue;
            (least, context.Chosen) = (average, plan);
        }
        return StageResult.Done;
    }
}
