using Orleans;

namespace Granary.Model;

/// <summary>How shares are counted.</summary>
[GenerateSerializer, Immutable, Alias("Granary.FairnessPolicy")]
public sealed record FairnessPolicy
{
    /// <summary>Half-life of remembered use, which counts beside what is held; null for the server's setting, zero forgets at once.</summary>
    [Id(0)] public TimeSpan? UseHalfLife { get; init; }

    /// <summary>How much resources count in a dominant share, 0.001 to 1,000, by name; 1 for those that are not named. Null for 1 everywhere.</summary>
    [Id(1)] public IReadOnlyDictionary<string, double>? ResourceWeights { get; init; }

    /// <summary>Lets weights follow what agents got of what they were owed; null for weights that stay as declared.</summary>
    [Id(2)] public AdaptPolicy? Adapt { get; init; }

    /// <summary>What decides between siblings once classes and guarantees have. Default the share they hold.</summary>
    [Id(3)] public FairQueueing Queueing { get; init; }

    public bool Equals(FairnessPolicy? other) => other is not null && UseHalfLife == other.UseHalfLife && Adapt == other.Adapt && Queueing == other.Queueing
        && Sorted(ResourceWeights).SequenceEqual(Sorted(other.ResourceWeights));

    public override int GetHashCode() => HashCode.Combine(UseHalfLife, Adapt, Queueing, ResourceWeights?.Count ?? 0);

    private static IEnumerable<KeyValuePair<string, double>> Sorted(IReadOnlyDictionary<string, double>? weights) =>
        weights?.OrderBy(w => w.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, double>>();
}
