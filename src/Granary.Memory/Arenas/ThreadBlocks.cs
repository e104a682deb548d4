using System.Runtime.CompilerServices;

namespace Granary.Memory.Arenas;

/// <summary>One thread's free blocks of an arena, by size class, and what it has counted. Written by its thread alone, or under the arena's lock when that is gone.</summary>
internal sealed class ThreadBlocks(Arena arena)
{
    /// <summary>The most of a class that a thread keeps.</summary>
    public const int Blocks = 64;

    private Rows _rows;

    public Arena Arena { get; } = arena;

    /// <summary>Bytes asked for, less those of what was freed. What others freed of it makes a thread's own number negative, and only the sum counts.</summary>
    public long Requested;

    // blocks of several pages, which it does not keep
    private long _runs, _runBytes, _runAllocations;

    /// <summary>False when it has none of the class.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(int size, out int offset)
    {
        ref var row = ref _rows[size];
        var (offsets, at) = (row.Offsets, row.Count - 1);
        if (offsets is null || (uint)at >= (uint)offsets.Length)
        {
            offset = 0;
            return false;
        }
        offset = offsets[at];
        row.Count = at;
        return true;
    }

    /// <summary>False when it holds as many of this class as it may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPut(int size, int offset)
    {
        ref var row = ref _rows[size];
        var (offsets, at) = (row.Offsets, row.Count);
        if (offsets is null || (uint)at >= (uint)offsets.Length) return false;
        offsets[at] = offset;
        row.Count = at + 1;
        row.Freed++;
        return true;
    }

    /// <summary>Room for half of what it may hold of this class, at least one; empty where it keeps none.</summary>
    public Span<int> Room(int size) => Open(size).AsSpan(0, Half(size));

    /// <summary>So many of the room were filled, while it was empty; the first of them is taken first.</summary>
    public void Filled(int size, int count)
    {
        ref var row = ref _rows[size];
        row.Offsets.AsSpan(0, count).Reverse();
        row.Count = count;
        row.Brought += count;
    }

    /// <summary>Takes half of what it holds of this class out, at least one; the caller reads them at once.</summary>
    public ReadOnlySpan<int> Spill(int size, bool all = false)
    {
        ref var row = ref _rows[size];
        if (row.Offsets is null) return default;
        var spilled = all ? row.Count : Math.Min(row.Count, Half(size));
        row.Count -= spilled;
        row.Brought -= spilled;
        return row.Offsets.AsSpan(row.Count, spilled);
    }

    /// <summary>One block came to the thread or went from it past what it keeps.</summary>
    public void Passed(int size, int taken, int freed)
    {
        ref var row = ref _rows[size];
        row.Brought += taken - freed;
        row.Freed += freed;
    }

    /// <summary>One block of several pages was taken (1) or freed (-1).</summary>
    public void Run(int taken, int bytes)
    {
        _runs += taken;
        _runBytes += (long)taken * bytes;
        _runAllocations += Math.Max(0, taken);
    }

    /// <summary>What it took and freed, added to <paramref name="sum"/>: kept by nobody on the way, but told by what came, what is here and what was freed.</summary>
    public void AddTo(ArenaCounts sum)
    {
        sum.Requested += Requested;
        sum.Live += _runBytes;
        sum.LiveBlocks += _runs;
        sum.Allocations += _runAllocations;
        for (var size = 0; size <= SizeClasses.WholePage; size++)
        {
            ref var row = ref _rows[size];
            var live = row.Brought - row.Count;
            sum.LiveBlocks += live;
            sum.Live += live * SizeClasses.Size(size);
            sum.Allocations += live + row.Freed;
        }
    }

    private int[] Open(int size) => _rows[size].Offsets ??= new int[Arena.Keeps(size, Blocks)];

    /// <summary>Makes room to keep blocks of the class.</summary>
    /// <returns>False when none of it are kept.</returns>
    public bool Keeps(int size) => Open(size).Length > 0;

    private int Half(int size) => Math.Min(Math.Max(1, _rows[size].Offsets!.Length / 2), _rows[size].Offsets!.Length);

    private struct Row
    {
        public int[]? Offsets;
        public int Count;

        /// <summary>Came from the arena, less what went back to it.</summary>
        public long Brought;
        public long Freed;
    }

    [InlineArray(SizeClasses.WholePage + 1)]
    private struct Rows
    {
        private Row _first;
    }
}

/// <summary>What threads took and freed.</summary>
internal sealed record ArenaCounts
{
    public long Requested;
    public long Live;
    public long LiveBlocks;
    public long Allocations;
}

/// <summary>Ends with its thread, and then gives the thread's blocks back. Nothing but the thread refers to it.</summary>
internal sealed class ThreadEnd(ThreadBlocks blocks)
{
    public ThreadBlocks Blocks { get; } = blocks;

    ~ThreadEnd() => Blocks.Arena.Retire(Blocks);
}
