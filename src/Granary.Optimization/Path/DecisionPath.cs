using Granary.Optimization.Plans;

namespace Granary.Optimization.Path;

/// <summary>How a stage went in one decision.</summary>
public sealed record StageReport(string Stage, StageStatus Status, string Reason, TimeSpan Took);

/// <summary>A decision.</summary>
/// <param name="Allocation">Capacity for each agent: finite, within guarantees and limits, in all not over the capacity.</param>
/// <param name="FromPath">Whether it is the path's; else the incumbent serves, and the reason says why.</param>
/// <param name="Classical">What max-min fairness allocates.</param>
/// <param name="Candidate">What the path would have allocated, for judging it in shadow; null where it did not come so far.</param>
public sealed record PathDecision(double[] Allocation, bool FromPath, string Reason, double[] Classical, double[]? Candidate, AllocationPlan? Plan, IReadOnlyList<StageReport> Stages)
{
    /// <summary>All that the plan was chosen from; null where the path did not come so far.</summary>
    public PlanFront? Front { get; init; }

    /// <summary>One line for a person.</summary>
    public override string ToString() =>
        (FromPath ? "the path decided" : $"the classical path serves: {Reason}") + "; " + string.Join(", ", Stages.Select(s => $"{s.Stage} {s.Status} {s.Took.TotalMilliseconds:F1} ms"));
}

/// <summary>
/// The whole path: predict, forecast, policy, front, choice, fine-tune, confidence, adaptation, one stage after another, each timed. A stage that knows too little
/// says so, and the classical path serves; so it does when a stage fails or the path is not confident.
/// </summary>
public sealed class DecisionPath(IReadOnlyList<IPathStage> stages, TimeProvider clock)
{
    public IReadOnlyList<IPathStage> Stages { get; } = stages;

    /// <summary>The same path with another stage in place of the one of this name.</summary>
    /// <exception cref="ArgumentException">There is no stage of this name.</exception>
    public DecisionPath With(string name, IPathStage stage)
    {
        if (!Stages.Any(s => s.Name == name)) throw new ArgumentException($"there is no stage '{name}'; there are {string.Join(", ", Stages.Select(s => s.Name))}");
        return new DecisionPath([.. Stages.Select(s => s.Name == name ? stage : s)], clock);
    }

    /// <exception cref="ArgumentException">The situation names no agent, or numbers that cannot be; the message names which.</exception>
    /// <exception cref="InfeasibleException">Guarantees are more than the capacity.</exception>
    public PathDecision Decide(PathSituation situation)
    {
        Validate(situation);
        var classical = MaxMinShares.Allocate(situation.Agents, situation.Capacity, [.. situation.Agents.Select(a => a.Rate * a.Work)]);
        var (context, reports) = (new PathContext(situation, classical), new List<StageReport>());
        var stopped = "";
        foreach (var stage in Stages)
        {
            // Adaptation learns from the last decision, whatever became of this one.
            if (stopped.Length > 0 && stage.Name != "adaptation")
            {
                reports.Add(new StageReport(stage.Name, StageStatus.Skipped, "", TimeSpan.Zero));
                continue;
            }
            var began = clock.GetTimestamp();
            var result = Run(stage, context);
            reports.Add(new StageReport(stage.Name, result.Status, result.Reason, clock.GetElapsedTime(began)));
            if (result.Status != StageStatus.Done && stage.Required) stopped = $"{stage.Name}: {result.Reason}";
        }
        if (stopped.Length == 0 && context.Tuned is null) stopped = "no stage made an allocation";
        if (stopped.Length == 0 && context.Confident != true) stopped = "no stage vouches for the allocation";
        if (context.Tuned is { } tuned && !Allowed(situation, tuned))
        {
            context.Tuned = null;
            stopped = "the path's allocation is not within guarantees, limits and capacity";
        }
        var own = stopped.Length == 0;
        return new PathDecision(own ? context.Tuned! : context.Incumbent, own, stopped, classical, context.Tuned, context.Chosen, reports) { Front = context.Front };
    }

    private static StageResult Run(IPathStage stage, PathContext context)
    {
        try
        {
            return stage.Run(context);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new StageResult(StageStatus.Failed, exception.Message);
        }
    }

    private static void Validate(PathSituation situation)
    {
        var agents = situation.Agents.Count;
        _ = new AllocationProblem(situation.Agents, situation.Capacity);
        if (situation.History.Count > 0) Require.Length(situation.History.Count, agents, "series of history");
        if (situation.Forecasts is { } forecasts) Require.Length(forecasts.Count, agents, "forecasts");
        if (situation.Current is { } current)
        {
            Require.Length(current.Length, agents, "the allocation in force");
            Require.Finite(current, "the allocation in force");
        }
        if (situation.Incumbent is { } incumbent && !Allowed(situation, incumbent)) throw new ArgumentException("the incumbent allocation is not within guarantees, limits and capacity");
        if (situation.Backlog is { } backlog) Require.Length(backlog.Length, agents, "backlogs");
        if (situation.Outcome is { } outcome)
        {
            Require.Finite(outcome.Classical, "the outcome of the classical path");
            Require.Finite(outcome.Path, "the outcome of the path");
        }
    }

    private static bool Allowed(PathSituation situation, double[] allocation)
    {
        if (allocation.Length != situation.Agents.Count) return false;
        var (sum, slack) = (0.0, 1e-6 * situation.Capacity);
        for (var i = 0; i < allocation.Length; i++)
        {
            var agent = situation.Agents[i];
            if (!(allocation[i] >= agent.Guarantee - slack && allocation[i] <= (agent.Limit ?? situation.Capacity) + slack)) return false;
            sum += allocation[i];
        }
        return sum <= situation.Capacity + slack;
    }
}
