using Orleans;

namespace Granary.Abstractions;

/// <summary>How a pool's capacity could be shared. Capacity is in cores.</summary>
/// <param name="Pool">Whose.</param>
/// <param name="At">When it was made; null before the first.</param>
/// <param name="Capacity">That is shared.</param>
/// <param name="Agents">That wanted any lately, by name.</param>
/// <param name="Advised">The path vouches for its allocation: it beat the classical one in shadow. Otherwise the classical one stands.</param>
/// <param name="Reason">Why it does not; empty where it does.</param>
/// <param name="Stages">Of the path, in their order.</param>
/// <param name="Pairs">Outcomes by which path and classical allocation were compared so far.</param>
/// <param name="Advantage">Mean advantage of the path over those, of a reward from 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("Granary.SharePlan")]
public sealed record SharePlan(
    [property: Id(0)] string Pool,
    [property: Id(1)] DateTimeOffset? At,
    [property: Id(2)] double Capacity,
    [property: Id(3)] IReadOnlyList<PlannedShare> Agents,
    [property: Id(4)] bool Advised,
    [property: Id(5)] string Reason,
    [property: Id(6)] IReadOnlyList<PathStage> Stages,
    [property: Id(7)] long Pairs,
    [property: Id(8)] double Advantage);

/// <summary>One agent in a plan.</summary>
/// <param name="Wanted">What it could use now.</param>
/// <param name="Used">What its tasks use now.</param>
/// <param name="Classical">By max-min fairness.</param>
/// <param name="Planned">By the path; null where it made no plan.</param>
[GenerateSerializer, Immutable, Alias("Granary.PlannedShare")]
public sealed record PlannedShare(
    [property: Id(0)] string Agent,
    [property: Id(1)] double Wanted,
    [property: Id(2)] double Used,
    [property: Id(3)] double Classical,
    [property: Id(4)] double? Planned);

/// <summary>How a stage of the path went: <c>done</c>, <c>too_little</c>, <c>declined</c>, <c>failed</c> or <c>skipped</c>.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PathStage")]
public sealed record PathStage(
    [property: Id(0)] string Name,
    [property: Id(1)] string Status,
    [property: Id(2)] string Reason,
    [property: Id(3)] double Milliseconds);
