using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <param name="From">First moment; null for an hour before <paramref name="To"/>.</param>
/// <param name="To">Last moment; null for now.</param>
[GenerateSerializer, Immutable, Alias("Granary.EnergyQuery")]
public sealed record EnergyQuery([property: Id(0)] DateTimeOffset? From, [property: Id(1)] DateTimeOffset? To);

/// <summary>Energy over a time. A part of it in which a node sent nothing counts as nothing.</summary>
/// <param name="Watts">Of all nodes now.</param>
/// <param name="Joules">Of all nodes over the time.</param>
/// <param name="NextJoules">Expected over the coming half hour; not a number where too little is known.</param>
/// <param name="NextLow">Eight in ten times it is between this ...</param>
/// <param name="NextHigh">... and this.</param>
[GenerateSerializer, Immutable, Alias("Granary.EnergyReport")]
public sealed record EnergyReport(
    [property: Id(0)] DateTimeOffset From,
    [property: Id(1)] DateTimeOffset To,
    [property: Id(2)] IReadOnlyList<NodeEnergy> Nodes,
    [property: Id(3)] IReadOnlyList<AgentEnergy> Agents,
    [property: Id(4)] double Watts,
    [property: Id(5)] double Joules,
    [property: Id(6)] double NextJoules,
    [property: Id(7)] double NextLow,
    [property: Id(8)] double NextHigh);

/// <param name="Watts">Now; not a number when it does not say.</param>
/// <param name="IdleJoules">What it would have drawn with nothing to do.</param>
/// <param name="TaskJoules">What its tasks drew beyond that.</param>
/// <param name="CpuSeconds">That its tasks used.</param>
/// <param name="Quality">Of its watts: measured, or of a model.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeEnergy")]
public sealed record NodeEnergy(
    [property: Id(0)] string Node,
    [property: Id(1)] double Watts,
    [property: Id(2)] double Joules,
    [property: Id(3)] double IdleJoules,
    [property: Id(4)] double TaskJoules,
    [property: Id(5)] double CpuSeconds,
    [property: Id(6)] ReadingSource Quality);

/// <summary>What an agent's tasks drew beyond what idle machines draw, in joules, and the CPU time they used for it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentEnergy")]
public sealed record AgentEnergy(
    [property: Id(0)] string Agent,
    [property: Id(1)] double Joules,
    [property: Id(2)] double CpuSeconds);

/// <param name="Target">Part to save, above 0 to 1.</param>
/// <param name="OperationId">Repeating it does nothing further.</param>
/// <param name="Lasts">Until everything is put back by itself; null until somebody says so.</param>
[GenerateSerializer, Immutable, Alias("Granary.EnergyApply")]
public sealed record EnergyApply(
    [property: Id(0)] double Target,
    [property: Id(1)] string OperationId,
    [property: Id(2)] TimeSpan? Lasts);

/// <summary>A plan: what is done to which node and what it is expected to save.</summary>
/// <param name="Measured">Whether every node's watts were measured.</param>
/// <param name="Note">Why the target is not reached; empty when it is.</param>
/// <param name="AppliedAt">Null while it is only a plan.</param>
[GenerateSerializer, Immutable, Alias("Granary.EnergyPlanView")]
public sealed record EnergyPlanView(
    [property: Id(0)] double NowWatts,
    [property: Id(1)] double Target,
    [property: Id(2)] double SavesWatts,
    [property: Id(3)] IReadOnlyList<EnergyStep> Steps,
    [property: Id(4)] bool Measured,
    [property: Id(5)] string Note,
    [property: Id(6)] DateTimeOffset? AppliedAt,
    [property: Id(7)] DateTimeOffset? Until);

/// <param name="Action"><c>sleep_states</c>, <c>governor</c>, <c>limit_frequency</c> or <c>park</c>.</param>
/// <param name="Setting">Null for parking.</param>
/// <param name="State">Empty while it is only a plan; else how far it is, in a few words.</param>
[GenerateSerializer, Immutable, Alias("Granary.EnergyStep")]
public sealed record EnergyStep(
    [property: Id(0)] string Action,
    [property: Id(1)] string Node,
    [property: Id(2)] PowerSetting? Setting,
    [property: Id(3)] double SavesWatts,
    [property: Id(4)] int MovesTasks,
    [property: Id(5)] string Why,
    [property: Id(6)] string State);
