using System.Numerics;

namespace Granary.Memory.Shared;

/// <summary>Which units are free: one bit each, searched from where the last search ended; all under the lock.</summary>
public sealed partial class SharedPool
{
    private uint UnitsOf(ulong bytes) => (uint)Math.Max(1, (bytes + _map.Geometry.UnitBytes - 1) / _map.Geometry.UnitBytes);

    /// <summary>The first of so many free units that lie together, or -1.</summary>
    private int FindRun(uint units)
    {
        var (all, cursor) = ((int)_map.Geometry.Units, (int)Math.Min(_map.Head.Cursor, _map.Geometry.Units));
        var found = FindRun(_map.Bitmap, cursor, all, units);
        if (found < 0 && cursor > 0) found = FindRun(_map.Bitmap, 0, (int)Math.Min(all, cursor + (long)units - 1), units);
        if (found >= 0) _map.Head.Cursor = (uint)found + units;
        return found;
    }

    internal static int FindRun(ReadOnlySpan<ulong> bitmap, int from, int to, uint units)
    {
        while (from < to && units <= to - from)
        {
            from = Next(bitmap, from, to, 0);
            if (units > to - from) return -1;
            var end = Next(bitmap, from, (int)Math.Min(to, from + (long)units), ulong.MaxValue);
            if (end - from >= units) return from;
            from = end;
        }
        return -1;
    }

    /// <summary>The next bit that is clear (<paramref name="flip"/> 0) or set (all ones), or the end.</summary>
    private static int Next(ReadOnlySpan<ulong> bitmap, int from, int to, ulong flip)
    {
        if (from >= to) return to;
        var word = from >> 6;
        var found = ~(bitmap[word] ^ flip) & (ulong.MaxValue << (from & 63));
        while (found == 0)
        {
            if (++word << 6 >= to) return to;
            found = ~(bitmap[word] ^ flip);
        }
        return Math.Min(to, (word << 6) + BitOperations.TrailingZeroCount(found));
    }

    internal static int LargestRun(ReadOnlySpan<ulong> bitmap, int units)
    {
        var largest = 0;
        for (var from = 0; (from = Next(bitmap, from, units, 0)) < units;)
        {
            var end = Next(bitmap, from, units, ulong.MaxValue);
            (largest, from) = (Math.Max(largest, end - from), end);
        }
        return largest;
    }

    /// <summary>Marks units used or free.</summary>
    /// <returns>False when one of them was so already; nothing is changed then.</returns>
    internal static bool Mark(Span<ulong> bitmap, uint first, uint units, bool used)
    {
        for (var pass = 0; pass < 2; pass++)
        {
            var (at, end) = ((long)first, (long)first + units);
            while (at < end)
            {
                var (word, bit) = ((int)(at >> 6), (int)(at & 63));
                var count = (int)Math.Min(64 - bit, end - at);
                var mask = (count == 64 ? ulong.MaxValue : (1UL << count) - 1) << bit;
                if (pass == 0 && (bitmap[word] & mask) != (used ? 0 : mask)) return false;
                if (pass == 1) bitmap[word] ^= mask;
                at += count;
            }
        }
        return true;
    }
}
