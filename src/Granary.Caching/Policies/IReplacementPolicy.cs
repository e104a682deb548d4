namespace Granary.Caching.Policies;

/// <summary>
/// Which keys stay in a cache of limited capacity. Deterministic; it holds keys and weights, never values. Not thread-safe.
/// Weights are in any unit that the capacity is in too: bytes, or 1 for each entry.
/// </summary>
public interface IReplacementPolicy
{
    /// <summary>As the command line writes it.</summary>
    string Name { get; }

    /// <summary>The most that all resident keys may weigh together.</summary>
    long Capacity { get; }

    /// <summary>What the resident keys weigh now; never above <see cref="Capacity"/>.</summary>
    long Used { get; }

    /// <summary>How many keys are resident.</summary>
    int Count { get; }

    /// <summary>Called with each key that the policy gives up, in the order in which it does; not for <see cref="Remove"/>.</summary>
    Action<ulong>? Evicted { get; set; }

    /// <summary>
    /// One request. True for a hit, which allocates nothing. After a miss the key is resident unless the policy did not admit it
    /// (then <see cref="Evicted"/> was told of it) or it weighs more than the capacity.
    /// </summary>
    /// <param name="weight">At least 1; that of the first request counts until the key is evicted or removed.</param>
    bool Access(ulong key, long weight);

    /// <summary>True when the key is resident; changes nothing.</summary>
    bool Contains(ulong key);

    /// <summary>Forgets a resident key; false when it was none.</summary>
    bool Remove(ulong key);

    /// <summary>Adds the resident keys to <paramref name="into"/>, about in the order in which they would go.</summary>
    void CopyTo(List<KeyWeight> into);
}

/// <summary>A resident key and its weight.</summary>
public readonly record struct KeyWeight(ulong Key, long Weight);
