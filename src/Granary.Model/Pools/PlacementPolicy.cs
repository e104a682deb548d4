using Orleans;

namespace Granary.Model;

/// <summary>Which nodes are better than others.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PlacementPolicy")]
public sealed record PlacementPolicy
{
    /// <summary>The name of a score; empty for the strategy's own.</summary>
    [Id(0)] public string Score { get; init; } = "";
}
