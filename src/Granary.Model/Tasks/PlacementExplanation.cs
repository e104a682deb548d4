using Orleans;

namespace Granary.Model;

/// <summary>Which nodes a task may take, what keeps it from the others, and how those that are left compare.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PlacementExplanation")]
public sealed record PlacementExplanation
{
    /// <summary>The scores in force with their weights: <c>best-fit</c>, <c>2 spread + cost</c>.</summary>
    [Id(0)] public string Scores { get; init; } = "";

    /// <summary>Nodes of the pool.</summary>
    [Id(1)] public int Nodes { get; init; }

    /// <summary>How many nodes each filter left out, in the order in which they are asked; a node counts for the first that does.</summary>
    [Id(2)] public IReadOnlyList<FilterCount> Filtered { get; init; } = [];

    /// <summary>The best of the nodes that are left, best first.</summary>
    [Id(3)] public IReadOnlyList<NodeScore> Candidates { get; init; } = [];

    /// <summary>The node that it has, or would be given now; empty for none.</summary>
    [Id(4)] public string Node { get; init; } = "";

    /// <summary>How the choice came about, for people; empty for nothing to say.</summary>
    [Id(5)] public string Note { get; init; } = "";
}

/// <param name="Filter">Its name: ready, labels, room (with the resource), neighbours, price, reservations, or that of a plug-in.</param>
/// <param name="Nodes">Nodes that it left out.</param>
[GenerateSerializer, Immutable, Alias("Granary.FilterCount")]
public sealed record FilterCount([property: Id(0)] string Filter, [property: Id(1)] int Nodes);

/// <param name="Node">Its name.</param>
/// <param name="Total">What it came to; larger is better.</param>
/// <param name="Parts">Each score's own figure, and <c>wishes</c> where the task has any.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeScore")]
public sealed record NodeScore(
    [property: Id(0)] string Node,
    [property: Id(1)] double Total,
    [property: Id(2)] IReadOnlyDictionary<string, double> Parts);
