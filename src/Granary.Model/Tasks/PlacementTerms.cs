using Orleans;

namespace Granary.Model;

/// <summary>Where a task may and would rather run. Compared by content: tasks with equal terms are placed alike.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PlacementTerms")]
public sealed record PlacementTerms
{
    /// <summary>Labels a node must have.</summary>
    [Id(0)] public IReadOnlyDictionary<string, string>? Require { get; init; }

    /// <summary>Labels that make a node better, each with a weight.</summary>
    [Id(1)] public IReadOnlyList<LabelPreference>? Prefer { get; init; }

    /// <summary>Tasks it would rather run beside, or must.</summary>
    [Id(2)] public IReadOnlyList<TaskAffinity>? Near { get; init; }

    /// <summary>Tasks it would rather not run beside, or must not.</summary>
    [Id(3)] public IReadOnlyList<TaskAffinity>? Apart { get; init; }

    /// <summary>The label (zone, rack) over whose values its agent's tasks of its name are spread evenly; empty for none.</summary>
    [Id(4)] public string SpreadOver { get; init; } = "";

    /// <summary>Where its data lies, MiB: by node name, or by <c>label=value</c> for all nodes that have it.</summary>
    [Id(5)] public IReadOnlyDictionary<string, long>? Data { get; init; }

    /// <summary>The most its run may cost, in the unit of the nodes' prices; null for no bound.</summary>
    [Id(6)] public double? MaxCost { get; init; }

    public bool Equals(PlacementTerms? other) => other is not null && LabelSet.Same(Require, other.Require)
        && SameList(Prefer, other.Prefer) && SameList(Near, other.Near) && SameList(Apart, other.Apart)
        && SpreadOver == other.SpreadOver && SameData(Data, other.Data) && MaxCost == other.MaxCost;

    public override int GetHashCode() => HashCode.Combine(Require?.Count ?? 0, Prefer?.Count ?? 0, Near?.Count ?? 0, Apart?.Count ?? 0, SpreadOver, Data?.Count ?? 0, MaxCost);

    private static bool SameList<T>(IReadOnlyList<T>? a, IReadOnlyList<T>? b) => (a?.Count ?? 0) == (b?.Count ?? 0) && (a is null || b is null || a.SequenceEqual(b));

    private static bool SameData(IReadOnlyDictionary<string, long>? a, IReadOnlyDictionary<string, long>? b) => (a?.Count ?? 0) == (b?.Count ?? 0)
        && (a is null || b is null || a.All(d => b.TryGetValue(d.Key, out var amount) && amount == d.Value));
}

/// <summary>A label that makes a node better.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Value">The value it must have.</param>
/// <param name="Weight">Against other wishes, over 0 and up to 100; below 0 makes such a node worse.</param>
[GenerateSerializer, Immutable, Alias("Granary.LabelPreference")]
public sealed record LabelPreference(
    [property: Id(0)] string Label,
    [property: Id(1)] string Value,
    [property: Id(2)] double Weight = 1);

/// <summary>Tasks that another task is drawn to or kept from.</summary>
/// <param name="By">What they are known by.</param>
/// <param name="Value">The agent's id, the tasks' name, or <c>label=value</c>.</param>
/// <param name="Over">The label of nodes that tells what beside means: nodes of one zone, say; empty for the same node.</param>
/// <param name="Required">It must be so, rather than may well be.</param>
/// <param name="Weight">Against other wishes, over 0 and up to 100.</param>
[GenerateSerializer, Immutable, Alias("Granary.TaskAffinity")]
public sealed record TaskAffinity(
    [property: Id(0)] AffinityBy By,
    [property: Id(1)] string Value,
    [property: Id(2)] string Over = "",
    [property: Id(3)] bool Required = false,
    [property: Id(4)] double Weight = 1);

/// <summary>What the tasks of an affinity are known by.</summary>
[GenerateSerializer]
public enum AffinityBy
{
    Agent,
    Name,
    Label,
}
