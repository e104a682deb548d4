using System.Runtime.InteropServices;

namespace Granary.Caching.Core;

/// <summary>
/// The last hits of the threads that share a stripe, told to the policy later and together. Writing takes no lock and may lose hits, and only hits, when threads
/// meet or nobody drains in time: what a policy sees is then a sample. Source: the idea of striped, lossy read buffers is B. Manes' Caffeine.
/// </summary>
internal sealed class ReadBuffer<TKey, TValue>
    where TKey : notnull
{
    private const int Length = 64;
    private const int DrainAt = 32;

    // A struct, since an array of references is checked at each write for whether the element fits.
    private readonly Slot[] _slots = new Slot[Length];
    private Counters _counters;

    /// <summary>How many have been added.</summary>
    public long Hits => _counters.Written;

    public long Misses => _counters.Misses;

    public void Miss() => _counters.Misses++;

    /// <summary>True when there is enough to be worth the lock.</summary>
    public bool Add(Entry<TKey, TValue> entry)
    {
        var at = _counters.Written;
        _slots[(int)at & (Length - 1)].Entry = entry;
        _counters.Written = at + 1;
        return at - _counters.Drained >= DrainAt;
    }

    /// <summary>Only under the lock.</summary>
    public void Drain(Cache<TKey, TValue> to)
    {
        var end = Volatile.Read(ref _counters.Written);
        for (var at = Math.Max(_counters.Drained, end - Length); at < end; at++)
        {
            ref var slot = ref _slots[(int)at & (Length - 1)];
            if (slot.Entry is { } entry) to.OnRead(entry);
            slot.Entry = null;
        }
        _counters.Drained = end;
    }

    private struct Slot
    {
        public Entry<TKey, TValue>? Entry;
    }
}

/// <summary>Of one stripe, a cache line apart from what other stripes write.</summary>
[StructLayout(LayoutKind.Explicit, Size = 280)]
internal struct Counters
{
    [FieldOffset(128)]
    public long Written;

    [FieldOffset(136)]
    public long Drained;

    [FieldOffset(144)]
    public long Misses;
}
