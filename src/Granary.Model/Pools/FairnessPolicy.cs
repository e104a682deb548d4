using Orleans;

namespace Granary.Model;

/// <summary>How shares are counted.</summary>
[GenerateSerializer, Immutable, Alias("Granary.FairnessPolicy")]
public sealed record FairnessPolicy
{
    /// <summary>Half-life of remembered use, which counts beside what is held; null for the server's setting, zero forgets at once.</summary>
    [Id(0)] public TimeSpan? UseHalfLife { get; init; }
}
