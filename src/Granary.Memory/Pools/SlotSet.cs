using System.Numerics;

namespace Granary.Memory.Pools;

/// <summary>A set of small numbers that threads take from and add to without a lock: one bit a number, the lowest taken first.</summary>
/// <remarks>Taking the lowest keeps the same few objects warm, and those that are not needed idle long enough to be let go.</remarks>
internal sealed class SlotSet
{
    private readonly ulong[] _words;

    public SlotSet(int capacity, bool full)
    {
        _words = new ulong[(capacity + 63) / 64];
        if (!full) return;
        _words.AsSpan().Fill(ulong.MaxValue);
        if (capacity % 64 != 0) _words[^1] = (1UL << (capacity % 64)) - 1;
    }

    /// <summary>How many are in the set: exact where nobody changes it meanwhile.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (ref var word in _words.AsSpan()) count += BitOperations.PopCount(Volatile.Read(ref word));
            return count;
        }
    }

    /// <summary>Takes the lowest number found.</summary>
    /// <returns>False when every word was empty as it was looked at; one added behind the look may be missed, so whoever adds must look for those who wait.</returns>
    public bool TryTake(out int slot)
    {
        var words = _words;
        for (var at = 0; at < words.Length;)
        {
            var word = Volatile.Read(ref words[at]);
            if (word == 0)
            {
                var next = words.AsSpan(at + 1).IndexOfAnyExcept(0UL);
                if (next < 0) break;
                at += 1 + next;
                continue;
            }
            if (Interlocked.CompareExchange(ref words[at], word & (word - 1), word) != word) continue;
            slot = at * 64 + BitOperations.TrailingZeroCount(word);
            return true;
        }
        slot = -1;
        return false;
    }

    /// <summary>Takes this number out.</summary>
    /// <returns>False when it was not in the set.</returns>
    public bool TryRemove(int slot)
    {
        var bit = 1UL << (slot & 63);
        return (Volatile.Read(ref _words[slot >> 6]) & bit) != 0 && (Interlocked.And(ref _words[slot >> 6], ~bit) & bit) != 0;
    }

    /// <summary>Puts a number in that its caller holds; a full fence.</summary>
    public void Add(int slot) => Interlocked.Or(ref _words[slot >> 6], 1UL << (slot & 63));

    public bool Contains(int slot) => (Volatile.Read(ref _words[slot >> 6]) & (1UL << (slot & 63))) != 0;
}
