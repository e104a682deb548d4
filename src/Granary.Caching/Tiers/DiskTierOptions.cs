using System.ComponentModel.DataAnnotations;
using Granary.Model;

namespace Granary.Caching.Tiers;

/// <summary>How large the tier on disk is.</summary>
public sealed record DiskTierOptions
{
    private const int MostSegments = 1 << 20;

    /// <summary>The most the file may take, in bytes.</summary>
    [Range(64 * 1024, long.MaxValue)]
    public long Capacity { get; init; } = 1L << 30;

    /// <summary>What is given up at once when room is needed, in bytes; no entry can be larger than one segment.</summary>
    [Range(4 * 1024, 1 << 30)]
    public int SegmentBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Whether an entry that was removed or replaced is marked on the disk before the call returns, so that even after a loss of power it cannot
    /// come back. Without, it survives only the end of the process.
    /// </summary>
    public bool FlushRemovals { get; init; } = true;

    /// <exception cref="GranaryException">Invalid.</exception>
    public DiskTierOptions Validated()
    {
        if (SegmentBytes < 4 * 1024 || SegmentBytes % DiskRecord.Alignment != 0)
            throw GranaryException.Invalid($"SegmentBytes is {SegmentBytes}; it must be a multiple of {DiskRecord.Alignment} of at least 4096");
        if (Capacity / SegmentBytes < 2) throw GranaryException.Invalid($"Capacity is {Capacity}; it must hold at least two segments of {SegmentBytes} bytes");
        if (Capacity / SegmentBytes > MostSegments) throw GranaryException.Invalid($"SegmentBytes is {SegmentBytes}; for a capacity of {Capacity} it must be at least {Capacity / MostSegments}");
        return this;
    }
}
