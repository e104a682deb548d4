using Orleans;

namespace Granary.Abstractions;

/// <summary>What servers tell each other about keys of which they may hold copies, as a stream carries it.</summary>
/// <param name="Source">Who says so.</param>
/// <param name="Epoch">Which life of the source; higher after each restart.</param>
/// <param name="Sequence">From 1 in each life, one more with each message.</param>
/// <param name="Changes">Keys that changed, with their versions.</param>
[GenerateSerializer, Immutable, Alias("Granary.CacheInvalidation")]
public sealed record CacheInvalidation(
    [property: Id(0)] string Source,
    [property: Id(1)] long Epoch,
    [property: Id(2)] long Sequence,
    [property: Id(3)] IReadOnlyList<ChangedKey> Changes)
{
    /// <summary>Namespace of the streams; a stream's key says what the keys are keys of.</summary>
    public const string Streams = "invalidations";
}

/// <summary>A key and the version that it has now.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ChangedKey")]
public readonly record struct ChangedKey([property: Id(0)] string Key, [property: Id(1)] long Version);
