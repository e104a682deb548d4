using Orleans;

namespace Granary.Model;

/// <summary>What a group holds of a pool, all its members together, against what it is owed.</summary>
[GenerateSerializer, Immutable, Alias("Granary.GroupShare")]
public sealed record GroupShare
{
    [Id(0)] public required string Pool { get; init; }

    /// <summary>As declared; weight 0 and nothing more for a group that only agents name.</summary>
    [Id(1)] public required GroupSpec Spec { get; init; }

    /// <summary>Its weight among its siblings: what was declared, else the sum of its members'.</summary>
    [Id(2)] public double Weight { get; init; }

    [Id(3)] public ResourceSet Used { get; init; } = ResourceSet.Zero;

    /// <summary>Largest fraction of the pool it holds in any resource, 0 to 1.</summary>
    [Id(4)] public double DominantShare { get; init; }

    /// <summary>The fraction of the pool it is owed now, 0 to 1.</summary>
    [Id(5)] public double FairShare { get; init; }

    /// <summary>The largest fraction of the pool, in any resource, that it holds beyond its guarantee.</summary>
    [Id(6)] public double Borrowed { get; init; }

    [Id(7)] public int Agents { get; init; }
    [Id(8)] public int Queued { get; init; }
    [Id(9)] public int Running { get; init; }
}
