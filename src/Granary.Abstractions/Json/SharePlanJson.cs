namespace Granary.Abstractions.Json;

/// <summary>How a pool's capacity could be shared, as scripts read it. Capacity is in cores.</summary>
/// <param name="At">When it was made; null before the first.</param>
/// <param name="Advised">The path vouches for its allocation; otherwise the classical one stands.</param>
/// <param name="Reason">Why it does not; empty where it does.</param>
/// <param name="Pairs">Outcomes by which both were compared so far.</param>
/// <param name="Advantage">Mean advantage of the path over those, of a reward from 0 to 1.</param>
public sealed record SharePlanJson(string Pool, DateTimeOffset? At, double Capacity, bool Advised, string Reason, IReadOnlyList<PlannedShareJson> Agents, IReadOnlyList<PathStageJson> Stages,
    long Pairs, double Advantage)
{
    public static SharePlanJson From(SharePlan plan) => new(plan.Pool, plan.At, plan.Capacity, plan.Advised, plan.Reason,
        [.. plan.Agents.Select(PlannedShareJson.From)], [.. plan.Stages.Select(s => new PathStageJson(s.Name, s.Status, s.Reason, s.Milliseconds))], plan.Pairs, plan.Advantage);
}

/// <summary>One agent in a plan: what it could use, what its tasks use, what max-min fairness and what the path would give it (null: the path made no plan).</summary>
public sealed record PlannedShareJson(string Agent, double Wanted, double Used, double Classical, double? Planned)
{
    public static PlannedShareJson From(PlannedShare share) => new(share.Agent, share.Wanted, share.Used, share.Classical, share.Planned);
}

/// <summary>How a stage of the path went: done, too_little, declined, failed or skipped.</summary>
public sealed record PathStageJson(string Name, string Status, string Reason, double Ms);
