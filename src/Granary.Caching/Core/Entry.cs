namespace Granary.Caching.Core;

/// <summary>A value in the cache, or the knowledge that there is none. What changes does so under the cache's lock.</summary>
internal sealed class Entry<TKey, TValue>(TKey key, TValue value, bool absent, long weight, long expiresAt, CachePriority priority, ulong id, ulong hash)
{
    /// <summary>For an entry that does not expire.</summary>
    public const long Never = long.MaxValue;

    public TKey Key { get; } = key;

    public TValue Value { get; } = value;

    public bool Absent { get; } = absent;

    public long Weight { get; } = weight;

    /// <summary>In the ticks of the cache's clock.</summary>
    public long ExpiresAt { get; } = expiresAt;

    public CachePriority Priority { get; } = priority;

    /// <summary>What the policy knows it by.</summary>
    public ulong Id { get; } = id;

    /// <summary>Of the key.</summary>
    public ulong Hash { get; } = hash;

    /// <summary>The next one in its bucket.</summary>
    public Entry<TKey, TValue>? Next { get; set; }

    /// <summary>Where the policy had it last.</summary>
    public int Place = -1;

    /// <summary>How often it may still come back in.</summary>
    public int Returns { get; set; }

    /// <summary>False once it is no longer in the cache.</summary>
    public bool Alive { get; set; } = true;
}
