namespace Granary.Memory.Arenas;

/// <summary>An arena at one moment; bytes. Exact where nobody changes it meanwhile.</summary>
public sealed record ArenaStatistics
{
    public required long Capacity { get; init; }

    /// <summary>In whole pages that nothing has.</summary>
    public required long Free { get; init; }

    /// <summary>The largest block that could be had of <see cref="Free"/>.</summary>
    public required long LargestFree { get; init; }

    /// <summary>What holders asked for.</summary>
    public required long Requested { get; init; }

    /// <summary>The blocks that holders got for it.</summary>
    public required long Live { get; init; }
    public required long LiveBlocks { get; init; }
    public required long Allocations { get; init; }

    /// <summary>The part of the live blocks that nobody asked for, 0 to 1.</summary>
    public double InternalFragmentation => Live == 0 ? 0 : 1 - (double)Requested / Live;

    /// <summary>The part of the pages in use that no live block covers, 0 to 1: free blocks in slabs, those that threads keep, and ends of pages.</summary>
    public double SlabSlack => Capacity == Free ? 0 : 1 - (double)Live / (Capacity - Free);

    /// <summary>The part of the free pages that the largest block could not use, 0 to 1.</summary>
    public double ExternalFragmentation => Free == 0 ? 0 : 1 - (double)LargestFree / Free;
}
