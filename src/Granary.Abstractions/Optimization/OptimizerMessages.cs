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
/// <param name="Advantage">Mean advantage of the path over the weights in force over those, of the reward of a step.</param>
/// <param name="Contenders">All that is judged in shadow.</param>
/// <param name="Scaling">How many nodes there should be; null before anything is known.</param>
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
    [property: Id(8)] double Advantage,
    [property: Id(9)] IReadOnlyList<PlanContender>? Contenders = null,
    [property: Id(10)] PoolScalingView? Scaling = null);

/// <summary>A way to share that is judged in shadow against the weights in force.</summary>
/// <param name="Name"><c>path</c>, <c>policy</c> (policy gradient), <c>strategy</c> (epsilon-greedy over fixed ones) or <c>online</c> (online convex optimization).</param>
/// <param name="State"><c>shadow</c>, <c>acting</c> (it has won: it would be advised) or <c>withdrawn</c>.</param>
/// <param name="Pairs">Outcomes.</param>
/// <param name="Advantage">Mean advantage of the reward of a step.</param>
/// <param name="Sure">What that is over with confidence.</param>
[GenerateSerializer, Immutable, Alias("Granary.PlanContender")]
public sealed record PlanContender(
    [property: Id(0)] string Name,
    [property: Id(1)] string State,
    [property: Id(2)] long Pairs,
    [property: Id(3)] double Advantage,
    [property: Id(4)] double Sure);

/// <summary>How many nodes a pool should have in the next minutes.</summary>
/// <param name="Nodes">That serve now.</param>
/// <param name="CoresPerNode">On average.</param>
/// <param name="Recommended">As many where nothing is to be done.</param>
/// <param name="Method">Whose number it is: <c>reactive</c>, <c>predictive</c> or <c>mpc</c>.</param>
/// <param name="Reason">In one line.</param>
/// <param name="Load">Cores that could be used now.</param>
/// <param name="Peak">The most that is expected, with the margin of past errors.</param>
/// <param name="CostPerHour">Of the change, in core-hours unless a price is set.</param>
/// <param name="NotBefore">When a change may be made, where the last one is too recent.</param>
/// <param name="Forecast">What the forecast rests on.</param>
/// <param name="Methods">How each did.</param>
[GenerateSerializer, Immutable, Alias("Granary.PoolScalingView")]
public sealed record PoolScalingView(
    [property: Id(0)] int Nodes,
    [property: Id(1)] double CoresPerNode,
    [property: Id(2)] int Recommended,
    [property: Id(3)] string Method,
    [property: Id(4)] string Reason,
    [property: Id(5)] double Load,
    [property: Id(6)] double Peak,
    [property: Id(7)] double CostPerHour,
    [property: Id(8)] DateTimeOffset? NotBefore,
    [property: Id(9)] string Forecast,
    [property: Id(10)] IReadOnlyList<PoolScalingMethod> Methods);

/// <summary>One way to recommend, and how its recommendations turned out.</summary>
/// <param name="Nodes">That it would have now.</param>
/// <param name="Judged">Of its recommendations, five minutes later.</param>
/// <param name="Right">Part with the number that was the cheapest in hindsight.</param>
/// <param name="Short">Part with fewer.</param>
/// <param name="Over">Part with more.</param>
/// <param name="Cost">Mean cost beside the cheapest in hindsight; 1 at best.</param>
/// <param name="Acting">It has been cheaper than the reactive rule with confidence.</param>
[GenerateSerializer, Immutable, Alias("Granary.PoolScalingMethod")]
public sealed record PoolScalingMethod(
    [property: Id(0)] string Name,
    [property: Id(1)] int Nodes,
    [property: Id(2)] long Judged,
    [property: Id(3)] double Right,
    [property: Id(4)] double Short,
    [property: Id(5)] double Over,
    [property: Id(6)] double Cost,
    [property: Id(7)] bool Acting);

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
