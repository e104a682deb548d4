using Orleans;

namespace Granary.Model;

/// <summary>Where a task may and would rather run.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PlacementTerms")]
public sealed record PlacementTerms
{
    /// <summary>Labels a node must have.</summary>
    [Id(0)] public IReadOnlyDictionary<string, string>? Require { get; init; }

    public bool Equals(PlacementTerms? other) => other is not null && LabelSet.Same(Require, other.Require);

    public override int GetHashCode() => Require?.Count ?? 0;
}
