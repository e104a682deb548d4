using System.Numerics;
using Granary.Memory.Pools;

namespace Granary.Memory.Arenas;

/// <summary>Which pages of an arena hold blocks of which class, and which blocks are free. Not for several threads: the arena holds its lock.</summary>
/// <remarks>All of it lies beside the blocks, so a write outside a block cannot harm it. Low pages are filled first, which leaves long free runs.</remarks>
internal sealed class PageMap
{
    public const int PageBits = 16, PageSize = 1 << PageBits;
    private const byte Unused = 255, Run = 254;
    private const int Words = PageSize / SizeClasses.Granule / 64;

    private readonly byte[] _kinds;
    private readonly ushort[] _taken;
    private readonly ulong[] _free;
    private readonly SlotSet?[] _partial = new SlotSet[SizeClasses.WholePage + 1];

    public PageMap(int pages)
    {
        _kinds = new byte[pages];
        _kinds.AsSpan().Fill(Unused);
        _taken = new ushort[pages];
        _free = new ulong[pages * Words];
    }

    public int FreePages => _kinds.AsSpan().Count(Unused);

    public int LargestRun
    {
        get
        {
            var (largest, at) = (0, 0);
            while (NextRun(ref at) is > 0 and var run) (largest, at) = (Math.Max(largest, run), at + run);
            return largest;
        }
    }

    /// <summary>Takes free blocks of a class, opening a page where there are none.</summary>
    /// <param name="opened">The page that was opened, or -1.</param>
    /// <returns>How many were taken; 0 when no page is free either.</returns>
    public int Take(int size, Span<int> into, out int opened)
    {
        opened = -1;
        var partial = _partial[size] ??= new SlotSet(_kinds.Length, full: false);
        if (!partial.TryTake(out var page))
        {
            page = _kinds.AsSpan().IndexOf(Unused);
            if (page < 0) return 0;
            Open(page, size);
            opened = page;
        }
        var (count, bytes) = (0, SizeClasses.Size(size));
        var words = _free.AsSpan(page * Words, Words);
        int word;
        while ((word = words.IndexOfAnyExcept(0UL)) >= 0 && count < into.Length)
        {
            into[count++] = (page << PageBits) + (word * 64 + BitOperations.TrailingZeroCount(words[word])) * bytes;
            words[word] &= words[word] - 1;
        }
        if (word >= 0) partial.Add(page);
        _taken[page] += (ushort)count;
        return count;
    }

    /// <summary>Puts a block back; a page without taken blocks is free for any class.</summary>
    public void Put(int size, int offset)
    {
        var page = offset >> PageBits;
        var block = (offset & (PageSize - 1)) / SizeClasses.Size(size);
        _free[page * Words + block / 64] |= 1UL << (block % 64);
        if (--_taken[page] > 0) _partial[size]!.Add(page);
        else
        {
            _partial[size]!.TryRemove(page);
            _kinds[page] = Unused;
        }
    }

    /// <summary>Takes neighbouring pages, the first that are enough.</summary>
    /// <returns>The first page, or -1.</returns>
    public int TakeRun(int pages)
    {
        var at = 0;
        while (NextRun(ref at) is > 0 and var run)
        {
            if (run >= pages)
            {
                _kinds.AsSpan(at, pages).Fill(Run);
                return at;
            }
            at += run;
        }
        return -1;
    }

    public void PutRun(int page, int pages) => _kinds.AsSpan(page, pages).Fill(Unused);

    private void Open(int page, int size)
    {
        _kinds[page] = (byte)size;
        _taken[page] = 0;
        var blocks = PageSize / SizeClasses.Size(size);
        var words = _free.AsSpan(page * Words, Words);
        words.Clear();
        words[..(blocks / 64)].Fill(ulong.MaxValue);
        if (blocks % 64 != 0) words[blocks / 64] = (1UL << (blocks % 64)) - 1;
    }

    /// <summary>Moves to the next free page; 0 where there is none, else how many lie together there.</summary>
    private int NextRun(ref int at)
    {
        var start = _kinds.AsSpan(at).IndexOf(Unused);
        if (start < 0) return 0;
        at += start;
        var end = _kinds.AsSpan(at).IndexOfAnyExcept(Unused);
        return end < 0 ? _kinds.Length - at : end;
    }
}
