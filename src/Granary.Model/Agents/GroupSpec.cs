using Orleans;

namespace Granary.Model;

/// <summary>A node of the agents' tree with what it is owed as a whole. Groups that are only named by agents need none.</summary>
[GenerateSerializer, Immutable, Alias("Granary.GroupSpec")]
public sealed record GroupSpec
{
    /// <summary>Names parted by '/', from the root: <c>research/energy</c>.</summary>
    [Id(0)] public required string Path { get; init; }

    /// <summary>Relative share among its siblings; 0 for the sum of its members' weights.</summary>
    [Id(1)] public double Weight { get; init; }

    /// <summary>What its members together can always get back.</summary>
    [Id(2)] public ResourceSet Guarantee { get; init; } = ResourceSet.Zero;

    /// <summary>What its members together can never exceed; a resource that is not named has no limit.</summary>
    [Id(3)] public ResourceSet Limit { get; init; } = ResourceSet.Zero;
}
