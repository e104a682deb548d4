using Orleans;

namespace Granary.Model;

/// <summary>The container that a task's command runs in.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ContainerRun")]
public sealed record ContainerRun
{
    /// <summary>As the engine takes it: <c>debian:12</c>, <c>registry/name@sha256:...</c>.</summary>
    [Id(0)] public string Image { get; init; } = "";

    /// <summary><c>podman</c> or <c>docker</c>; empty for whichever the node has.</summary>
    [Id(1)] public string Engine { get; init; } = "";

    /// <summary><c>SOURCE:TARGET</c>, with <c>:ro</c> for reading only. Which sources may be mounted is the node's to say.</summary>
    [Id(2)] public IReadOnlyList<string>? Mounts { get; init; }

    /// <summary><c>bridge</c> or <c>none</c>; empty for bridge.</summary>
    [Id(3)] public string Network { get; init; } = "";

    /// <summary>Its root file system cannot be written; its working directory can.</summary>
    [Id(4)] public bool ReadOnly { get; init; }

    public bool Equals(ContainerRun? other) => other is not null && Image == other.Image && Engine == other.Engine && Network == other.Network
        && ReadOnly == other.ReadOnly && WordList.Same(Mounts, other.Mounts);

    public override int GetHashCode() => HashCode.Combine(Image, Engine, Network, ReadOnly, Mounts?.Count ?? 0);
}
