using System.Runtime.CompilerServices;

namespace Granary.Memory.Arenas;

/// <summary>Bytes set aside once and lent in blocks, without work for the garbage collector. All members may be called from any thread.</summary>
/// <remarks>
/// Pages of 64 KiB hold blocks of one size class; what is larger than 32 KiB takes whole pages that lie together. Each thread keeps a few free blocks of the
/// classes it uses (<see cref="Keeps"/>), so most calls touch nothing that another thread does. Blocks may be freed by any thread. Dispose it: a thread that
/// lives remembers the arena it used last.
/// </remarks>
public sealed class Arena : IDisposable
{
    private const byte Poison = 0xDD;
    private const int LeastKept = 16 << 10, MostKept = 64 << 10, PagesKept = 2;

    /// <summary>What the calling thread keeps of the arena it used last: quicker to read than <see cref="_ends"/>, which has it too.</summary>
    [ThreadStatic]
    private static ThreadBlocks? _last;

    /// <summary>False where blocks are checked or lent no more: then calls go the long way.</summary>
    private volatile bool _quick;
    private byte[] _bytes;
    private readonly PageMap _pages;
    private readonly int _capacity;
    private readonly Lock _lock = new();
    private readonly ThreadLocal<ThreadEnd> _ends;
    private readonly List<ThreadBlocks> _threads = [];
    private readonly ArenaCounts _retired = new();
    private readonly BlockDepot? _depot;

    /// <summary>For each 16 bytes, how often a block there was lent and freed; odd while it is live. Only where misuse is checked.</summary>
    private readonly uint[]? _generations;
    private volatile bool _closed;

    /// <param name="capacity">Bytes, 64 KiB to 1 GiB, rounded up to whole pages; taken now, and not moved by the collector.</param>
    /// <param name="checking">
    /// Tells of blocks freed twice, used after they were freed, or written to while free. Costs a quarter more memory and the time to write and read every
    /// block once more: for tests, or to find a fault. Without it a block freed twice may be lent to two holders.
    /// </param>
    public Arena(long capacity, bool checking = false)
        : this(capacity, checking, depot: true)
    {
    }

    internal Arena(long capacity, bool checking, bool depot)
    {
        if (capacity is < PageMap.PageSize or > 1 << 30) throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "an arena has 65536 bytes to 1 GiB");
        var pages = (int)((capacity + PageMap.PageSize - 1) >> PageMap.PageBits);
        _capacity = pages << PageMap.PageBits;
        _bytes = GC.AllocateUninitializedArray<byte>(_capacity, pinned: true);
        _pages = new PageMap(pages);
        _generations = checking ? new uint[_capacity / SizeClasses.Granule] : null;
        _depot = depot ? new BlockDepot() : null;
        _quick = !checking;
        _ends = new ThreadLocal<ThreadEnd>(NewThread);
    }

    /// <summary>Lends a block; what it held before is still in it.</summary>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <exception cref="InsufficientMemoryException">There is no room.</exception>
    public ArenaBlock Allocate(int length)
    {
        if (TryTakeKept(length, out var offset)) return new ArenaBlock(this, offset, length, 0);
        if (TryTake(length, out var block)) return block;
        var now = Statistics();
        throw new InsufficientMemoryException($"no block of {length} bytes: {now.Free} of {now.Capacity} bytes are free, {now.LargestFree} of them together; free blocks or make the arena larger");
    }

    /// <summary><see cref="Allocate"/> that says false where there is no room.</summary>
    public bool TryAllocate(int length, out ArenaBlock block)
    {
        if (!TryTakeKept(length, out var offset)) return TryTake(length, out block);
        block = new ArenaBlock(this, offset, length, 0);
        return true;
    }

    /// <summary>Gives the free blocks that the calling thread keeps back to all, and those on their way between threads.</summary>
    public void Flush() => Recall(Mine());

    public ArenaStatistics Statistics()
    {
        lock (_lock)
        {
            var sum = _retired with { };
            foreach (var thread in _threads) thread.AddTo(sum);
            return new ArenaStatistics
            {
                Capacity = _closed ? 0 : _capacity,
                Free = (long)_pages.FreePages << PageMap.PageBits,
                LargestFree = (long)_pages.LargestRun << PageMap.PageBits,
                Requested = sum.Requested,
                Live = sum.Live,
                LiveBlocks = sum.LiveBlocks,
                Allocations = sum.Allocations,
            };
        }
    }

    /// <summary>Gives the memory up: no more blocks are lent or freed. It goes when the last view of it does.</summary>
    public void Dispose()
    {
        _quick = false;
        _closed = true;
        _bytes = [];
        _ends.Dispose();
    }

    internal byte[] Bytes(int offset, int length, uint generation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_generations is not null && Volatile.Read(ref _generations[offset / SizeClasses.Granule]) != generation)
            throw new ArenaMisuseException($"the block of {length} bytes at {offset} was used after it was freed");
        return _bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Free(int offset, int length, uint generation)
    {
        var blocks = _last;
        if (blocks is null || blocks.Arena != this || !_quick || length > PageMap.PageSize || !blocks.TryPut(SizeClasses.Of(length), offset)) PutBack(offset, length, generation);
        else blocks.Requested -= length;
    }

    /// <summary>How many blocks of a class a thread keeps: of each class a 4096th of the arena, so of all together a hundredth, but at least 16 KiB and at most 64 KiB, and one block.</summary>
    /// <remarks>A whole page is kept for every 4 MiB that the arena has, and no more than two.</remarks>
    internal int Keeps(int size, int most) => size == SizeClasses.WholePage
        ? Math.Min(_capacity >> 22, PagesKept)
        : Math.Clamp(Math.Clamp(_capacity >> 12, LeastKept, MostKept) / SizeClasses.Size(size), 1, most);

    /// <summary>Takes over what a thread that is gone had kept and counted.</summary>
    internal void Retire(ThreadBlocks thread)
    {
        lock (_lock)
        {
            Empty(thread);
            thread.AddTo(_retired);
            _threads.Remove(thread);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeKept(int length, out int offset)
    {
        var blocks = _last;
        offset = 0;
        if (blocks is null || blocks.Arena != this || !_quick || (uint)length > PageMap.PageSize || !blocks.TryTake(SizeClasses.Of(length), out offset)) return false;
        blocks.Requested += length;
        return true;
    }

    private bool TryTake(int length, out ArenaBlock block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var blocks = Mine();
        block = default;
        if (length > PageMap.PageSize)
        {
            if (!TryTakeRun(blocks, length, out var start)) return false;
            blocks.Requested += length;
            block = new ArenaBlock(this, start, length, Lend(start, Rounded(length)));
            return true;
        }
        var size = SizeClasses.Of(length);
        if (!blocks.TryTake(size, out var offset) && !Refill(blocks, size, out offset)) return false;
        blocks.Requested += length;
        block = new ArenaBlock(this, offset, length, Lend(offset, SizeClasses.Size(size)));
        return true;
    }

    private void PutBack(int offset, int length, uint generation)
    {
        var blocks = Mine();
        if (_generations is not null) TakeBack(offset, length, Rounded(length), generation);
        blocks.Requested -= length;
        if (length > PageMap.PageSize)
        {
            lock (_lock) _pages.PutRun(offset >> PageMap.PageBits, Rounded(length) >> PageMap.PageBits);
            blocks.Run(-1, Rounded(length));
            return;
        }
        var size = SizeClasses.Of(length);
        if (!blocks.Keeps(size))
        {
            lock (_lock) _pages.Put(size, offset);
            blocks.Passed(size, taken: 0, freed: 1);
            return;
        }
        if (blocks.TryPut(size, offset)) return;
        var spilled = blocks.Spill(size);
        if (_depot?.TryPut(size, spilled) != true) Put(size, spilled);
        blocks.TryPut(size, offset);
    }

    private void Put(int size, ReadOnlySpan<int> offsets)
    {
        lock (_lock) foreach (var offset in offsets) _pages.Put(size, offset);
    }

    private ThreadBlocks Mine()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var last = _last;
        return last is not null && last.Arena == this ? last : _last = _ends.Value!.Blocks;
    }

    private ThreadEnd NewThread()
    {
        var blocks = new ThreadBlocks(this);
        lock (_lock) _threads.Add(blocks);
        return new ThreadEnd(blocks);
    }

    private void Empty(ThreadBlocks thread)
    {
        lock (_lock)
        {
            for (var size = 0; size <= SizeClasses.WholePage; size++) Put(size, thread.Spill(size, all: true));
        }
    }

    /// <summary>Puts what a thread keeps, and what is on its way between threads, back to its pages.</summary>
    private void Recall(ThreadBlocks thread)
    {
        Empty(thread);
        Span<int> magazine = stackalloc int[ThreadBlocks.Blocks];
        for (var size = 0; _depot is not null && size < SizeClasses.Count; size++)
        {
            for (int count; (count = _depot.Take(size, magazine)) > 0;) Put(size, magazine[..count]);
        }
    }

    private bool Refill(ThreadBlocks blocks, int size, out int offset)
    {
        Span<int> one = stackalloc int[1];
        var keeps = blocks.Keeps(size);
        var room = keeps ? blocks.Room(size) : one;
        var count = _depot?.Take(size, room) ?? 0;
        if (count == 0) count = TakeFromPages(size, room);
        if (count == 0)
        {
            Recall(blocks);
            count = TakeFromPages(size, room);
        }
        if (keeps)
        {
            blocks.Filled(size, count);
            return blocks.TryTake(size, out offset);
        }
        blocks.Passed(size, taken: count, freed: 0);
        offset = one[0];
        return count > 0;
    }

    private int TakeFromPages(int size, Span<int> room)
    {
        lock (_lock)
        {
            var count = _pages.Take(size, room, out var opened);
            if (opened >= 0 && _generations is not null) _bytes.AsSpan(opened << PageMap.PageBits, PageMap.PageSize).Fill(Poison);
            return count;
        }
    }

    private bool TryTakeRun(ThreadBlocks blocks, int length, out int offset)
    {
        var pages = (int)(((long)length + PageMap.PageSize - 1) >> PageMap.PageBits);
        lock (_lock)
        {
            var page = _pages.TakeRun(pages);
            if (page < 0)
            {
                // what this thread keeps, or what is on its way, may be what is missing
                Recall(blocks);
                page = _pages.TakeRun(pages);
            }
            offset = page << PageMap.PageBits;
            if (page < 0) return false;
            if (_generations is not null) _bytes.AsSpan(offset, pages << PageMap.PageBits).Fill(Poison);
        }
        blocks.Run(1, pages << PageMap.PageBits);
        return true;
    }

    private uint Lend(int offset, int bytes)
    {
        if (_generations is null) return 0;
        var changed = _bytes.AsSpan(offset, bytes).IndexOfAnyExcept(Poison);
        if (changed >= 0) throw new ArenaMisuseException($"byte {changed} of the free block of {bytes} bytes at {offset} was written to: something used it after it was freed");
        return Interlocked.Increment(ref _generations[offset / SizeClasses.Granule]);
    }

    private void TakeBack(int offset, int length, int bytes, uint generation)
    {
        if (Interlocked.CompareExchange(ref _generations![offset / SizeClasses.Granule], generation + 1, generation) != generation)
            throw new ArenaMisuseException($"the block of {length} bytes at {offset} was freed twice");
        _bytes.AsSpan(offset, bytes).Fill(Poison);
    }

    private static int Rounded(int length) =>
        length > PageMap.PageSize ? (int)(((long)length + PageMap.PageSize - 1) >> PageMap.PageBits << PageMap.PageBits) : SizeClasses.Size(SizeClasses.Of(length));
}
