namespace Granary.Abstractions.Json;

/// <summary>How a pool's capacity could be shared, as scripts read it. Capacity is in cores.</summary>
/// <param name="At">When it was made; null before the first.</param>
/// <param name="Advised">The path vouches for its allocation; otherwise the classical one stands.</param>
/// <param name="Reason">Why it does not; empty where it does.</param>
/// <param name="Pairs">Outcomes by which both were compared so far.</param>
/// <param name="Advantage">Mean advantage of the path over the weights in force, of the reward of a step.</param>
/// <param name="Contenders">All that is judged in shadow against the weights in force.</param>
/// <param name="Scaling">How many nodes there should be; null before anything is known.</param>
public sealed record SharePlanJson(string Pool, DateTimeOffset? At, double Capacity, bool Advised, string Reason, IReadOnlyList<PlannedShareJson> Agents, IReadOnlyList<PathStageJson> Stages,
    long Pairs, double Advantage, IReadOnlyList<PlanContenderJson> Contenders, PoolScalingJson? Scaling)
{
    public static SharePlanJson From(SharePlan plan) => new(plan.Pool, plan.At, plan.Capacity, plan.Advised, plan.Reason,
        [.. plan.Agents.Select(PlannedShareJson.From)], [.. plan.Stages.Select(s => new PathStageJson(s.Name, s.Status, s.Reason, s.Milliseconds))], plan.Pairs, plan.Advantage,
        [.. (plan.Contenders ?? []).Select(c => new PlanContenderJson(c.Name, c.State, c.Pairs, c.Advantage, c.Sure))], plan.Scaling is { } scaling ? PoolScalingJson.From(scaling) : null);
}

/// <summary>One agent in a plan: what it could use, what its tasks use, what max-min fairness and what the path would give it (null: the path made no plan).</summary>
public sealed record PlannedShareJson(string Agent, double Wanted, double Used, double Classical, double? Planned)
{
    public static PlannedShareJson From(PlannedShare share) => new(share.Agent, share.Wanted, share.Used, share.Classical, share.Planned);
}

/// <summary>How a stage of the path went: done, too_little, declined, failed or skipped.</summary>
public sealed record PathStageJson(string Name, string Status, string Reason, double Ms);

/// <summary>A way to share: path, policy, strategy or online; shadow, acting or withdrawn; its mean advantage, and what that is over with confidence.</summary>
public sealed record PlanContenderJson(string Name, string State, long Pairs, double Advantage, double Sure);

/// <summary>How many nodes a pool should have in the next minutes; cost in core-hours an hour unless a price is set.</summary>
public sealed record PoolScalingJson(int Nodes, double CoresPerNode, int Recommended, string Method, string Reason, double Load, double Peak, double CostPerHour, DateTimeOffset? NotBefore, string Forecast,
    IReadOnlyList<PoolScalingMethodJson> Methods)
{
    public static PoolScalingJson From(PoolScalingView view) => new(view.Nodes, view.CoresPerNode, view.Recommended, view.Method, view.Reason, view.Load, view.Peak, view.CostPerHour, view.NotBefore, view.Forecast,
        [.. view.Methods.Select(m => new PoolScalingMethodJson(m.Name, m.Nodes, m.Judged, m.Right, m.Short, m.Over, m.Cost, m.Acting))]);
}

/// <summary>One way to recommend, and how its recommendations turned out beside the number that was the cheapest in hindsight.</summary>
public sealed record PoolScalingMethodJson(string Name, int Nodes, long Judged, double Right, double Short, double Over, double Cost, bool Acting);
