using Orleans;

namespace Granary.Model;

/// <summary>What a pool lends to its cohort and borrows from it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.LendingPolicy")]
public sealed record LendingPolicy
{
    /// <summary>At most this is lent at once; null for all that is not used.</summary>
    [Id(0)] public ResourceSet? LendingLimit { get; init; }
}
