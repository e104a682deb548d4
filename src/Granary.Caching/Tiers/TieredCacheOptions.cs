using System.ComponentModel.DataAnnotations;
using Granary.Caching.Policies;
using Granary.Model;

namespace Granary.Caching.Tiers;

/// <summary>How much each tier of a <see cref="TieredCache"/> holds.</summary>
public sealed record TieredCacheOptions
{
    /// <summary>Values as they are, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MemoryBytes { get; init; } = 64L << 20;

    /// <summary>Compressed values, in bytes; 0 for no such tier.</summary>
    [Range(0, long.MaxValue)]
    public long CompressedBytes { get; init; } = 64L << 20;

    /// <summary>Who decides what stays in memory, compressed or not.</summary>
    public PolicyKind Policy { get; init; } = PolicyKind.Auto;

    /// <summary>A value is kept compressed only if that makes it at most so much of what it was.</summary>
    [Range(0.0, 1.0)]
    public double WorthwhileRatio { get; init; } = 0.75;

    /// <summary>Values below this are not worth a compressor's overhead, in bytes.</summary>
    public int LeastToCompress { get; init; } = 256;

    /// <exception cref="GranaryException">Invalid, with the option's name.</exception>
    public TieredCacheOptions Validated()
    {
        if (MemoryBytes < 1) throw GranaryException.Invalid($"MemoryBytes is {MemoryBytes}; it must be at least 1");
        if (CompressedBytes < 0) throw GranaryException.Invalid($"CompressedBytes is {CompressedBytes}; it must be 0 or more");
        if (WorthwhileRatio is not (> 0 and <= 1)) throw GranaryException.Invalid($"WorthwhileRatio is {WorthwhileRatio}; it must be above 0 and at most 1");
        return this;
    }
}

/// <summary>Where values were found, and what moved between tiers.</summary>
/// <param name="Incompressible">Values that compressing did not make small enough.</param>
/// <param name="CompressedFrom">Bytes of the values that were compressed, before.</param>
/// <param name="CompressedTo">The same after.</param>
public sealed record TierStatistics(
    long MemoryHits, long CompressedHits, long DiskHits, long Misses, long Demoted, long Promoted, long Incompressible, long CompressedFrom, long CompressedTo);
