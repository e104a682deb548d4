using System.ComponentModel.DataAnnotations;
using Granary.Caching.Policies;
using Granary.Model;

namespace Granary.Caching;

/// <summary>How a <see cref="Cache{TKey, TValue}"/> behaves.</summary>
public sealed record CacheOptions
{
    /// <summary>What all values may weigh together: a number of entries unless the cache is given a way to weigh them.</summary>
    [Range(1, long.MaxValue)]
    public long Capacity { get; init; } = 10_000;

    /// <summary>Who decides what stays.</summary>
    public PolicyKind Policy { get; init; } = PolicyKind.Auto;

    /// <summary>How long a value may be used; null for as long as it stays.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long it is remembered that there is no value; zero for not at all.</summary>
    public TimeSpan NegativeTimeToLive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A value that weighs more than this share of the capacity is handed out and not kept, so that one cannot displace all others.</summary>
    [Range(0.0, 1.0)]
    public double LargestShare { get; init; } = 0.25;

    /// <summary>How long a loader may take before those who wait are told so and the next may try again.</summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For hashes, samples and sketches; null for a random one, which nobody can choose keys against.</summary>
    public ulong? Seed { get; init; }

    /// <exception cref="GranaryException">Invalid, with the option's name.</exception>
    public CacheOptions Validated()
    {
        if (Capacity < 1) throw GranaryException.Invalid($"Capacity is {Capacity}; it must be at least 1");
        if (TimeToLive <= TimeSpan.Zero) throw GranaryException.Invalid($"TimeToLive is {TimeToLive}; it must be above zero, or null for no end");
        if (NegativeTimeToLive < TimeSpan.Zero) throw GranaryException.Invalid($"NegativeTimeToLive is {NegativeTimeToLive}; it must be zero or more");
        if (LargestShare is not (> 0 and <= 1)) throw GranaryException.Invalid($"LargestShare is {LargestShare}; it must be above 0 and at most 1");
        if (LoadTimeout <= TimeSpan.Zero) throw GranaryException.Invalid($"LoadTimeout is {LoadTimeout}; it must be above zero");
        return this;
    }
}

/// <summary>How long an entry is defended.</summary>
public enum CachePriority : byte
{
    /// <summary>Kept as the policy decides.</summary>
    Normal,

    /// <summary>Kept only while a tenth of the capacity is free.</summary>
    Low,

    /// <summary>Comes back in when the policy gives it up, up to three times in a row without a use.</summary>
    High,
}

/// <summary>What may be said of one entry.</summary>
public readonly record struct CacheEntryOptions(TimeSpan? TimeToLive = null, CachePriority Priority = CachePriority.Normal);

/// <summary>What a source has for a key: a value, or the knowledge that there is none.</summary>
public readonly record struct Lookup<TValue>(bool Found, TValue Value)
{
    public static Lookup<TValue> Absent => default;

    public static Lookup<TValue> Of(TValue value) => new(true, value);
}

/// <summary>What a cache has done so far. Counts of hits and misses may lose some where more threads than cores meet.</summary>
/// <param name="Rejected">Values that were not let in: by the policy, by their weight or by their priority.</param>
public sealed record CacheStatistics(long Hits, long Misses, long Loads, long FailedLoads, long Evictions, long Expirations, long Rejected, int Count, long Weight)
{
    public double HitRatio => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);
}
