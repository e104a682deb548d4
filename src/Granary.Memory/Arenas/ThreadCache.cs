namespace Granary.Memory.Arenas;

/// <summary>One thread's free blocks of an arena, by size class, and its counts. Goes back to the arena when the thread is gone.</summary>
internal sealed class ThreadCache
{
    private const int Bytes = 16384, Blocks = 64;
    private readonly int[]?[] _blocks = new int[SizeClasses.Count][];
    private readonly int[] _counts = new int[SizeClasses.Count];

    public ThreadCache(Arena arena) => Arena = arena;

    ~ThreadCache() => Arena.Retire(this);

    public Arena Arena { get; }

    public ArenaCounts Counts { get; } = new();

    public bool TryTake(int size, out int offset)
    {
        ref var count = ref _counts[size];
        if (count == 0)
        {
            offset = 0;
            return false;
        }
        offset = _blocks[size]![--count];
        return true;
    }

    /// <summary>False when it holds as many of this class as it may.</summary>
    public bool TryPut(int size, int offset)
    {
        var blocks = _blocks[size] ??= new int[Capacity(size)];
        ref var count = ref _counts[size];
        if (count == blocks.Length) return false;
        blocks[count++] = offset;
        return true;
    }

    /// <summary>Room for half of what it may hold of this class, at least one.</summary>
    public Span<int> Room(int size) => (_blocks[size] ??= new int[Capacity(size)]).AsSpan(0, Half(size));

    /// <summary>So many of the room were filled, while it was empty; the first of them is taken first.</summary>
    public void Filled(int size, int count)
    {
        _blocks[size].AsSpan(0, count).Reverse();
        _counts[size] = count;
    }

    /// <summary>Takes half of what it holds of this class out, at least one; the caller reads them at once.</summary>
    public ReadOnlySpan<int> Spill(int size, bool all = false)
    {
        if (_blocks[size] is not { } blocks) return default;
        var spilled = all ? _counts[size] : Math.Min(_counts[size], Half(size));
        _counts[size] -= spilled;
        return blocks.AsSpan(_counts[size], spilled);
    }

    private static int Capacity(int size) => Math.Clamp(Bytes / SizeClasses.Size(size), 1, Blocks);

    private static int Half(int size) => Math.Max(1, Capacity(size) / 2);
}

/// <summary>What one thread asked for and freed; what others freed of it makes a thread's own numbers negative, and only the sum counts.</summary>
internal sealed class ArenaCounts
{
    public long Requested;
    public long Live;
    public long LiveBlocks;
    public long Allocations;
}
