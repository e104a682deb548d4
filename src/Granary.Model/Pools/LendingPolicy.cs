using Orleans;

namespace Granary.Model;

/// <summary>What a pool lends to its cohort and borrows from it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.LendingPolicy")]
public sealed record LendingPolicy
{
    /// <summary>At most this is lent at once; null for all that is not used. What it does not name has no limit; one that names nothing lends nothing.</summary>
    [Id(0)] public ResourceSet? LendingLimit { get; init; }

    /// <summary>At most this is borrowed at once; null for all that is lent. What it does not name has no limit; one that names nothing borrows nothing.</summary>
    [Id(1)] public ResourceSet? BorrowingLimit { get; init; }

    /// <summary>The pool's weight where pools compete for what is lent: with twice the weight it may be twice as far over its own capacity. Over 0; null for 1.</summary>
    [Id(2)] public double? Weight { get; init; }
}
