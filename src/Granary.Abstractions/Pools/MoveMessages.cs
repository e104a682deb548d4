using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>Stop a running task and start it again on another node.</summary>
/// <param name="To">The node to start it on; empty for the one where it fits tightest.</param>
/// <param name="Reason">For its history; empty for none.</param>
[GenerateSerializer, Immutable, Alias("Granary.MigrateRequest")]
public sealed record MigrateRequest(
    [property: Id(0)] long Number,
    [property: Id(1)] string To,
    [property: Id(2)] string Reason);

/// <param name="From">Where it ran.</param>
/// <param name="To">Where room is set aside for it.</param>
/// <param name="LostWorkSeconds">Run time since its last checkpoint, or since its start where it states no <c>checkpoint_every</c>.</param>
[GenerateSerializer, Immutable, Alias("Granary.MigrateReply")]
public sealed record MigrateReply(
    [property: Id(0)] TaskId Task,
    [property: Id(1)] string From,
    [property: Id(2)] string To,
    [property: Id(3)] double LostWorkSeconds);

/// <summary>What running tasks are moved for.</summary>
[GenerateSerializer]
public enum RebalanceKind
{
    /// <summary>Like nodes are used alike.</summary>
    LoadBased,

    /// <summary>Tasks of high priority get the emptier nodes.</summary>
    PriorityBased,

    /// <summary>Whole nodes are freed.</summary>
    Consolidate,
}

/// <param name="Apply">False only shows the plan.</param>
[GenerateSerializer, Immutable, Alias("Granary.RebalanceRequest")]
public sealed record RebalanceRequest(
    [property: Id(0)] RebalanceKind Kind,
    [property: Id(1)] bool Apply);

/// <summary>Moves, in the order in which each finds room when those before it are done, and what they bring.</summary>
/// <param name="SpreadBefore">Highest less lowest utilisation within a group of like nodes, the widest group, 0 to 1.</param>
/// <param name="DeviationBefore">Standard deviation of utilisation within a group of like nodes, the widest group.</param>
/// <param name="Freed">Nodes that hold nothing afterwards and did before.</param>
/// <param name="Applied">The moves have begun, a few at a time; those that find no room any more when their turn comes are left out.</param>
[GenerateSerializer, Immutable, Alias("Granary.RebalancePlan")]
public sealed record RebalancePlan(
    [property: Id(0)] string Pool,
    [property: Id(1)] RebalanceKind Kind,
    [property: Id(2)] IReadOnlyList<PlannedMove> Moves,
    [property: Id(3)] IReadOnlyList<NodeBalance> Nodes,
    [property: Id(4)] double SpreadBefore,
    [property: Id(5)] double SpreadAfter,
    [property: Id(6)] double DeviationBefore,
    [property: Id(7)] double DeviationAfter,
    [property: Id(8)] IReadOnlyList<string> Freed,
    [property: Id(9)] bool Applied);

/// <param name="Why">One line for people.</param>
/// <param name="LostWorkSeconds">Run time that has to be done again.</param>
[GenerateSerializer, Immutable, Alias("Granary.PlannedMove")]
public sealed record PlannedMove(
    [property: Id(0)] TaskId Task,
    [property: Id(1)] string Agent,
    [property: Id(2)] string Name,
    [property: Id(3)] string From,
    [property: Id(4)] string To,
    [property: Id(5)] string Why,
    [property: Id(6)] double LostWorkSeconds);

/// <summary>One node before and after.</summary>
/// <param name="Kind">Nodes of one kind are alike: of one class and size.</param>
/// <param name="Before">The largest part of any resource that leases hold, 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeBalance")]
public sealed record NodeBalance(
    [property: Id(0)] string Node,
    [property: Id(1)] string Kind,
    [property: Id(2)] double Before,
    [property: Id(3)] double After);
