namespace Granary.Caching.Policies;

/// <summary>Which policy decides what stays.</summary>
public enum PolicyKind
{
    /// <summary>The one that does best on what is asked for now.</summary>
    Auto = 0,
    Lru,
    Fifo,
    Lfu,
    Arc,
    Lirs,
    Sieve,
    S3Fifo,
    WTinyLfu,
}

/// <summary>Makes policies.</summary>
public static class ReplacementPolicies
{
    /// <summary>Every single policy, in the order of the command line.</summary>
    public static IReadOnlyList<PolicyKind> Single { get; } =
    [
        PolicyKind.Lru, PolicyKind.Fifo, PolicyKind.Lfu, PolicyKind.Arc, PolicyKind.Lirs, PolicyKind.Sieve, PolicyKind.S3Fifo, PolicyKind.WTinyLfu,
    ];

    /// <param name="capacity">At least 1, in the unit of the weights.</param>
    /// <param name="seed">For the sketches and samples of the policies that have some; the same seed gives the same hits.</param>
    public static IReplacementPolicy Create(PolicyKind kind, long capacity, ulong seed = 0) => kind switch
    {
        PolicyKind.Auto => new AdaptivePolicy(capacity, seed),
        PolicyKind.Lru => LruPolicy.Lru(capacity),
        PolicyKind.Fifo => LruPolicy.Fifo(capacity),
        PolicyKind.Lfu => new LfuPolicy(capacity),
        PolicyKind.Arc => new ArcPolicy(capacity),
        PolicyKind.Lirs => new LirsPolicy(capacity),
        PolicyKind.Sieve => new SievePolicy(capacity),
        PolicyKind.S3Fifo => new S3FifoPolicy(capacity),
        PolicyKind.WTinyLfu => new WTinyLfuPolicy(capacity, seed),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such policy"),
    };

    /// <summary>The policy that adapts, told how.</summary>
    public static IReplacementPolicy CreateAdaptive(long capacity, AdaptiveOptions options, ulong seed = 0) => new AdaptivePolicy(capacity, seed, options);
}
