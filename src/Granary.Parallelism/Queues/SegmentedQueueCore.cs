using System.Runtime.CompilerServices;
using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Queues;

/// <summary>
/// Segments in a list. A writer's ticket in the last segment is one addition, which cannot fail, as in Morrison and Afek ("Fast concurrent queues for x86
/// processors", 2013); a ticket past its end has the writer hang on the next segment. One reader follows and needs no atomic operation at all.
/// </summary>
internal struct SegmentedQueueCore<T, TAtomics>
    where TAtomics : struct, IAtomics
{
    private const int Tickets = -1, Next = -2, Last = -3;
    private static readonly Func<int, Segment> NewSegment = static length => new Segment(length);

    private readonly object _owner;
    private readonly int _length;
    private Segment _last;

    // the reader's own
    private Segment _first;
    private Position _at;

    /// <param name="segment">Items a segment.</param>
    public SegmentedQueueCore(int segment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(segment, 1);
        _owner = new object();
        _length = segment;
        _first = _last = new Segment(segment);
    }

    public void Enqueue(T item)
    {
        while (true)
        {
            var segment = TAtomics.LoadReference(_owner, Last, ref _last);
            var ticket = TAtomics.Increment(segment, Tickets, ref segment.Tickets.Value);
            if (ticket < _length)
            {
                ref var slot = ref segment.Slots[ticket];
                TAtomics.StoreItem(segment, (2 * (int)ticket) + 1, ref slot.Item, item);
                TAtomics.Store(segment, 2 * (int)ticket, ref slot.Full, 1);
                return;
            }
            var next = TAtomics.LoadReference(segment, Next, ref segment.Next);
            if (next is null)
            {
                var fresh = TAtomics.Create(NewSegment, _length);
                next = TAtomics.ExchangeReference(segment, Next, ref segment.Next, null, fresh) ? fresh : TAtomics.LoadReference(segment, Next, ref segment.Next)!;
            }
            TAtomics.ExchangeReference(_owner, Last, ref _last, segment, next);
        }
    }

    /// <summary>For one thread at a time.</summary>
    /// <returns>False when it is empty.</returns>
    public bool TryDequeue(out T item)
    {
        var spin = default(SpinWait);
        while (true)
        {
            var first = TAtomics.LoadReference(_owner, 0, ref _first);
            var segment = first;
            var at = (int)TAtomics.Load(_owner, 1, ref _at.Value);
            if (at == _length)
            {
                // who had a ticket past the end and has not hung on the next segment has not come back yet
                if (TAtomics.LoadReference(segment, Next, ref segment.Next) is not { } next) break;
                segment = next;
                at = 0;
            }
            ref var slot = ref segment.Slots[at];
            if (TAtomics.Load(segment, 2 * at, ref slot.Full) == 0)
            {
                if (TAtomics.Load(segment, Tickets, ref segment.Tickets.Value) <= at) break;
                TAtomics.Spin(ref spin); // its writer is about to leave
                continue;
            }
            item = TAtomics.LoadItem(segment, (2 * at) + 1, ref slot.Item);
            if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) TAtomics.StoreItem(segment, (2 * at) + 1, ref slot.Item, default!);
            if (!ReferenceEquals(segment, first)) TAtomics.StoreReference(_owner, 0, ref _first, segment);
            TAtomics.Store(_owner, 1, ref _at.Value, at + 1);
            return true;
        }
        item = default!;
        return false;
    }

    private struct Slot
    {
        public long Full;
        public T Item;
    }

    private sealed class Segment(int length)
    {
        public readonly Slot[] Slots = new Slot[length];
        public Position Tickets;
        public Segment? Next;
    }
}
