namespace Granary.Memory.Arenas;

/// <summary>Bytes set aside once and lent in blocks, without work for the garbage collector. All members may be called from any thread.</summary>
/// <remarks>
/// Pages of 64 KiB hold blocks of one size class; what is larger than 32 KiB takes whole pages that lie together. Each thread keeps a few free blocks of the
/// classes it uses (at most 16 KiB or one block of a class), so most calls take no lock. Blocks may be freed by any thread. Dispose it: a thread that lives
/// remembers the arena it used last.
/// </remarks>
public sealed class Arena : IDisposable
{
    private const byte Poison = 0xDD;

    /// <summary>The calling thread's cache of the arena it used last: quicker to read than <see cref="_caches"/>, which has it too.</summary>
    [ThreadStatic]
    private static ThreadCache? _lastCache;

    private byte[] _bytes;
    private readonly PageMap _pages;
    private readonly Lock _lock = new();
    private readonly ThreadLocal<ThreadCache> _caches;
    private readonly List<ArenaCounts> _counts = [];
    private readonly ArenaCounts _retired = new();

    /// <summary>For each 16 bytes, how often a block there was lent and freed; odd while it is live. Only where misuse is checked.</summary>
    private readonly uint[]? _generations;
    private volatile bool _closed;

    /// <param name="capacity">Bytes, 64 KiB to 1 GiB, rounded up to whole pages; taken now, and not moved by the collector.</param>
    /// <param name="checking">
    /// Tells of blocks freed twice, used after they were freed, or written to while free. Costs a quarter more memory and the time to write and read every
    /// block once more: for tests, or to find a fault. Without it a block freed twice may be lent to two holders.
    /// </param>
    public Arena(long capacity, bool checking = false)
    {
        if (capacity is < PageMap.PageSize or > 1 << 30) throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "an arena has 65536 bytes to 1 GiB");
        var pages = (int)((capacity + PageMap.PageSize - 1) >> PageMap.PageBits);
        _bytes = GC.AllocateUninitializedArray<byte>(pages << PageMap.PageBits, pinned: true);
        _pages = new PageMap(pages);
        _generations = checking ? new uint[_bytes.Length / SizeClasses.Granule] : null;
        _caches = new ThreadLocal<ThreadCache>(NewCache);
    }

    /// <summary>Lends a block; what it held before is still in it.</summary>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <exception cref="InsufficientMemoryException">There is no room.</exception>
    public ArenaBlock Allocate(int length)
    {
        if (TryAllocate(length, out var block)) return block;
        var now = Statistics();
        throw new InsufficientMemoryException($"no block of {length} bytes: {now.Free} of {now.Capacity} bytes are free, {now.LargestFree} of them together; free blocks or make the arena larger");
    }

    /// <summary><see cref="Allocate"/> that says false where there is no room.</summary>
    public bool TryAllocate(int length, out ArenaBlock block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var cache = Cache();
        block = default;
        if (length > SizeClasses.Largest)
        {
            if (!TryTakeRun(length, out var start)) return false;
            Count(cache.Counts, length, Rounded(length), 1);
            block = new ArenaBlock(this, start, length, Lend(start, Rounded(length)));
            return true;
        }
        var size = SizeClasses.Of(length);
        if (!cache.TryTake(size, out var offset) && !Refill(cache, size, out offset)) return false;
        var bytes = SizeClasses.Size(size);
        Count(cache.Counts, length, bytes, 1);
        block = new ArenaBlock(this, offset, length, Lend(offset, bytes));
        return true;
    }

    /// <summary>Gives the free blocks that the calling thread keeps back to all.</summary>
    public void Flush() => Empty(Cache());

    public ArenaStatistics Statistics()
    {
        lock (_lock)
        {
            var sum = new ArenaCounts();
            foreach (var counts in _counts.Append(_retired)) Add(sum, counts);
            return new ArenaStatistics
            {
                Capacity = _bytes.Length,
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
        _closed = true;
        _bytes = [];
        _caches.Dispose();
    }

    internal byte[] Bytes(int offset, int length, uint generation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_generations is not null && Volatile.Read(ref _generations[offset / SizeClasses.Granule]) != generation)
            throw new ArenaMisuseException($"the block of {length} bytes at {offset} was used after it was freed");
        return _bytes;
    }

    internal void Free(int offset, int length, uint generation)
    {
        var cache = Cache();
        if (_generations is not null) TakeBack(offset, length, Rounded(length), generation);
        if (length > SizeClasses.Largest)
        {
            Count(cache.Counts, -length, -Rounded(length), -1);
            lock (_lock) _pages.PutRun(offset >> PageMap.PageBits, Rounded(length) >> PageMap.PageBits);
            return;
        }
        var size = SizeClasses.Of(length);
        Count(cache.Counts, -length, -SizeClasses.Size(size), -1);
        if (cache.TryPut(size, offset)) return;
        lock (_lock) foreach (var spilled in cache.Spill(size)) _pages.Put(size, spilled);
        cache.TryPut(size, offset);
    }

    /// <summary>Takes over what a thread that is gone had kept and counted.</summary>
    internal void Retire(ThreadCache cache)
    {
        Empty(cache);
        lock (_lock)
        {
            Add(_retired, cache.Counts);
            _counts.Remove(cache.Counts);
        }
    }

    private ThreadCache Cache()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var last = _lastCache;
        return last is not null && last.Arena == this ? last : _lastCache = _caches.Value!;
    }

    private ThreadCache NewCache()
    {
        var cache = new ThreadCache(this);
        lock (_lock) _counts.Add(cache.Counts);
        return cache;
    }

    private void Empty(ThreadCache cache)
    {
        lock (_lock)
        {
            for (var size = 0; size < SizeClasses.Count; size++) foreach (var offset in cache.Spill(size, all: true)) _pages.Put(size, offset);
        }
    }

    private bool Refill(ThreadCache cache, int size, out int offset)
    {
        lock (_lock)
        {
            var count = _pages.Take(size, cache.Room(size), out var opened);
            if (opened >= 0 && _generations is not null) _bytes.AsSpan(opened << PageMap.PageBits, PageMap.PageSize).Fill(Poison);
            cache.Filled(size, count);
        }
        return cache.TryTake(size, out offset);
    }

    private bool TryTakeRun(int length, out int offset)
    {
        var pages = (int)(((long)length + PageMap.PageSize - 1) >> PageMap.PageBits);
        lock (_lock)
        {
            var page = _pages.TakeRun(pages);
            offset = page << PageMap.PageBits;
            if (page < 0) return false;
            if (_generations is not null) _bytes.AsSpan(offset, pages << PageMap.PageBits).Fill(Poison);
            return true;
        }
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
        length > SizeClasses.Largest ? (int)(((long)length + PageMap.PageSize - 1) >> PageMap.PageBits << PageMap.PageBits) : SizeClasses.Size(SizeClasses.Of(length));

    private static void Count(ArenaCounts counts, int requested, int bytes, int blocks)
    {
        counts.Requested += requested;
        counts.Live += bytes;
        counts.LiveBlocks += blocks;
        if (blocks > 0) counts.Allocations++;
    }

    private static void Add(ArenaCounts sum, ArenaCounts counts)
    {
        sum.Requested += counts.Requested;
        sum.Live += counts.Live;
        sum.LiveBlocks += counts.LiveBlocks;
        sum.Allocations += counts.Allocations;
    }
}
