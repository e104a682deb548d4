using Granary.Optimization.Plans;

namespace Granary.Optimization.Path;

/// <summary>A front of plans for the load to come: each agent's arrivals are the mean upper end of its forecast.</summary>
public sealed class FrontStage(PlannerOptions? options = null) : IPathStage
{
    private readonly PlannerOptions _options = options ?? new PlannerOptions { Generations = 60, Divisions = 5 };

    public string Name => "front";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Forecasts is not { } forecasts) return StageResult.TooLittle("nothing is forecast");
        var start = new List<double[]> { context.Classical };
        if (context.Proposal is { } proposal) start.Add(proposal);
        if (context.Situation.Current is { } current) start.Add(current);
        var problem = Under(context.Situation, forecasts, f => f.Upper);
        context.Front = AllocationPlanner.Search(problem, context.Situation.Seed, _options, start);
        return StageResult.Done;
    }

    /// <summary>The problem of a situation with the load that one line of the forecasts says.</summary>
    internal static AllocationProblem Under(PathSituation situation, IReadOnlyList<ForecastBand> forecasts, Func<ForecastBand, double[]> line) => new(
        [.. situation.Agents.Select((agent, i) => agent with { Rate = Math.Min(1e9, Math.Max(0, line(forecasts[i]).Average()) / agent.Work) })], situation.Capacity);
}

/// <summary>The plan of the front that preferences choose.</summary>
public sealed class ChoiceStage : IPathStage
{
    public string Name => "choice";

    public bool Required => true;

    public StageResult Run(PathContext context)
    {
        if (context.Front is not { } front) return StageResult.TooLittle("there is no front");
        context.Chosen = front.Choose(context.Situation.Preferences);
        return StageResult.Done;
    }
}
