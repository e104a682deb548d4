using System.Numerics;
using System.Runtime.CompilerServices;
using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Queues;

/// <summary>
/// Vyukov's array queue ("Bounded MPMC queue", 1024cores.net, 2010): a ticket from a counter names a slot, and the slot's sequence says whose turn it is. His
/// says "empty" while the item at the head is still being written, even when later ones are there already; this one then waits for it, so that it is linearizable.
/// </summary>
internal struct BoundedQueueCore<T, TAtomics>
    where TAtomics : struct, IAtomics
{
    private const int Tail = -1, Head = -2;

    private readonly Slot[] _slots;
    private readonly int _mask;
    private Position _tail, _head;

    /// <param name="capacity">Rounded up to a power of two, at least 2.</param>
    public BoundedQueueCore(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 30);
        _slots = new Slot[Math.Max(2, (int)BitOperations.RoundUpToPowerOf2((uint)capacity))];
        _mask = _slots.Length - 1;
        for (var i = 0; i < _slots.Length; i++) _slots[i].Sequence = i;
    }

    public readonly int Capacity => _slots.Length;

    /// <summary>Items in line at some moment during the call; those being written or taken count.</summary>
    public long Count
    {
        get
        {
            var head = TAtomics.Load(_slots, Head, ref _head.Value);
            return Math.Clamp(TAtomics.Load(_slots, Tail, ref _tail.Value) - head, 0, _slots.Length);
        }
    }

    /// <returns>False when it is full.</returns>
    public bool TryEnqueue(T item)
    {
        var spin = default(SpinWait);
        while (true)
        {
            var at = TAtomics.Load(_slots, Tail, ref _tail.Value);
            var index = (int)at & _mask;
            ref var slot = ref _slots[index];
            var lead = TAtomics.Load(_slots, 2 * index, ref slot.Sequence) - at;
            if (lead == 0)
            {
                if (!TAtomics.Exchange(_slots, Tail, ref _tail.Value, at, at + 1)) continue;
                TAtomics.StoreItem(_slots, (2 * index) + 1, ref slot.Item, item);
                TAtomics.Store(_slots, 2 * index, ref slot.Sequence, at + 1);
                return true;
            }
            if (lead > 0) continue; // somebody was faster
            if (TAtomics.Load(_slots, Head, ref _head.Value) + _slots.Length == at) return false;
            TAtomics.Spin(ref spin); // its reader is about to leave
        }
    }

    /// <returns>False when it is empty.</returns>
    public bool TryDequeue(out T item)
    {
        var spin = default(SpinWait);
        while (true)
        {
            var at = TAtomics.Load(_slots, Head, ref _head.Value);
            var index = (int)at & _mask;
            ref var slot = ref _slots[index];
            var lead = TAtomics.Load(_slots, 2 * index, ref slot.Sequence) - (at + 1);
            if (lead == 0)
            {
                if (!TAtomics.Exchange(_slots, Head, ref _head.Value, at, at + 1)) continue;
                item = TAtomics.LoadItem(_slots, (2 * index) + 1, ref slot.Item);
                if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) TAtomics.StoreItem(_slots, (2 * index) + 1, ref slot.Item, default!);
                TAtomics.Store(_slots, 2 * index, ref slot.Sequence, at + _slots.Length);
                return true;
            }
            if (lead > 0) continue;
            if (TAtomics.Load(_slots, Tail, ref _tail.Value) == at)
            {
                item = default!;
                return false;
            }
            TAtomics.Spin(ref spin); // its writer is about to leave
        }
    }

    private struct Slot
    {
        public long Sequence;
        public T Item;
    }
}
