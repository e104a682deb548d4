using Orleans;

namespace Granary.Model;

/// <summary>Which nodes are better than others, and which tasks go first, where the strategy's own choice is not wanted.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PlacementPolicy")]
public sealed record PlacementPolicy
{
    /// <summary>The name of a score; empty for the strategy's own, unless <see cref="Scores"/> names some.</summary>
    [Id(0)] public string Score { get; init; } = "";

    /// <summary>Several scores with their weights, each scaled to 0 to 1 over the candidates of a decision; null for <see cref="Score"/> alone.</summary>
    [Id(1)] public IReadOnlyDictionary<string, double>? Scores { get; init; }

    /// <summary>Filters beyond those that always hold; null for none.</summary>
    [Id(2)] public IReadOnlyList<string>? Filters { get; init; }

    /// <summary>The name of an ordering; empty for the strategy's own.</summary>
    [Id(3)] public string Order { get; init; } = "";

    public bool Equals(PlacementPolicy? other) => other is not null && Score == other.Score && Order == other.Order
        && (Filters ?? []).SequenceEqual(other.Filters ?? []) && SameScores(Scores, other.Scores);

    public override int GetHashCode() => HashCode.Combine(Score, Order, Scores?.Count ?? 0, Filters?.Count ?? 0);

    private static bool SameScores(IReadOnlyDictionary<string, double>? a, IReadOnlyDictionary<string, double>? b) => (a?.Count ?? 0) == (b?.Count ?? 0)
        && (a is null || b is null || a.All(s => b.TryGetValue(s.Key, out var weight) && weight == s.Value));
}
