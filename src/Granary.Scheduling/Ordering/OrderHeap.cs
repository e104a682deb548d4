using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>
/// What a walk looks for: nothing that asks for more than <see cref="Ceiling"/>; shapes with a bit in <see cref="Shapes"/>; only what is
/// active, when <see cref="ActiveOnly"/>.
/// </summary>
internal readonly record struct Probe(ResourceVector Ceiling, ulong Shapes, bool ActiveOnly);

/// <summary>
/// A binary heap by <see cref="OrderKey"/> in which every position also knows the lane-wise minimum of what is asked for at and below it, and
/// a signature of the shapes there. A walk visits items in order and skips whole subtrees that cannot hold what it looks for, so that finding
/// the first task in order that fits does not grow with the number of those that do not.
/// </summary>
/// <remarks>
/// A priority search heap (McCreight, Priority Search Trees, 1985, in spirit) with a bound and a 64-bit signature (superimposed coding): both
/// may let a walk in for nothing, neither keeps it out wrongly.
/// </remarks>
internal sealed class OrderHeap
{
    private OrderItem[] _items = [];
    private ResourceVector[] _min = [];
    private ulong[] _shapes = [];
    private bool[] _active = [];
    private int[] _frontier = [];
    private int _frontierCount;

    public int Count { get; private set; }

    /// <summary>The first in order; the heap must not be empty.</summary>
    public OrderItem First => _items[0];

    /// <summary>The bound over everything here; infinite when empty.</summary>
    public ResourceVector Min => Count == 0 ? ResourceVector.Infinite : _min[0];

    /// <summary>The signature of all shapes here.</summary>
    public ulong Shapes => Count == 0 ? 0 : _shapes[0];

    public bool AnyActive => Count > 0 && _active[0];

    public ReadOnlySpan<OrderItem> Items => _items.AsSpan(0, Count);

    public void Add(OrderItem item)
    {
        if (Count == _items.Length) Grow();
        item.HeapIndex = Count;
        _items[Count] = item;
        _min[Count] = ResourceVector.Infinite; // not what was there before: a bound that looks unchanged is not passed on
        _shapes[Count] = 0;
        _active[Count] = false;
        Settle(Count++);
    }

    public void Remove(OrderItem item)
    {
        var hole = item.HeapIndex;
        item.HeapIndex = -1;
        var last = _items[--Count];
        _items[Count] = null!;
        if (hole != Count)
        {
            last.HeapIndex = hole;
            _items[hole] = last;
        }
        if (Count > 0) Refresh(ParentOf(Count), 0); // where the last item was taken from
        if (hole != Count) Settle(hole);
    }

    /// <summary>After the item's key, bound or activity changed.</summary>
    public void Update(OrderItem item) => Settle(item.HeapIndex);

    /// <summary>After only the item's bound or activity changed: its position stays.</summary>
    public void UpdateBounds(OrderItem item) => Refresh(item.HeapIndex, item.HeapIndex);

    /// <summary>Begins a walk. One walk at a time; the heap must not be reordered while it lasts.</summary>
    public void Begin(in Probe probe)
    {
        _frontierCount = 0;
        if (Count > 0 && Worth(0, probe)) Push(0);
    }

    /// <summary>The next item in order whose subtree is worth a look; null at the end. The item itself may still not be.</summary>
    public OrderItem? Next(in Probe probe)
    {
        if (_frontierCount == 0) return null;
        var position = Pop();
        var left = 2 * position + 1;
        if (left < Count && Worth(left, probe)) Push(left);
        if (left + 1 < Count && Worth(left + 1, probe)) Push(left + 1);
        return _items[position];
    }

    private bool Worth(int position, in Probe probe) =>
        (!probe.ActiveOnly | _active[position]) && (_shapes[position] & probe.Shapes) != 0 && _min[position].FitsIn(probe.Ceiling);

    private static int ParentOf(int position) => (position - 1) >> 1;

    private void Settle(int position)
    {
        var start = position;
        var item = _items[position];
        while (position > 0 && OrderItem.Before(item, _items[ParentOf(position)]))
        {
            Put(_items[ParentOf(position)], position);
            position = ParentOf(position);
        }
        if (position < start)
        {
            Put(item, position);
            Refresh(start, position);
            return;
        }
        while (true)
        {
            var child = 2 * position + 1;
            if (child >= Count) break;
            if (child + 1 < Count && OrderItem.Before(_items[child + 1], _items[child])) child++;
            if (!OrderItem.Before(_items[child], item)) break;
            Put(_items[child], position);
            position = child;
        }
        Put(item, position);
        Refresh(position, start);
    }

    private void Put(OrderItem item, int position)
    {
        _items[position] = item;
        item.HeapIndex = position;
    }

    /// <summary>Recomputes bounds from <paramref name="position"/> upward: all the way to <paramref name="through"/>, and on while they change.</summary>
    private void Refresh(int position, int through)
    {
        while (true)
        {
            var item = _items[position];
            var min = item.Min;
            var shapes = item.Shapes;
            var active = item.Active;
            var left = 2 * position + 1;
            if (left < Count)
            {
                min = ResourceVector.Min(min, _min[left]);
                shapes |= _shapes[left];
                active |= _active[left];
                if (left + 1 < Count)
                {
                    min = ResourceVector.Min(min, _min[left + 1]);
                    shapes |= _shapes[left + 1];
                    active |= _active[left + 1];
                }
            }
            var same = min == _min[position] & shapes == _shapes[position] & active == _active[position];
            _min[position] = min;
            _shapes[position] = shapes;
            _active[position] = active;
            if (position == 0 || (same && position <= through)) return;
            position = ParentOf(position);
        }
    }

    private void Push(int position)
    {
        if (_frontierCount == _frontier.Length) Array.Resize(ref _frontier, Math.Max(4, _frontier.Length * 2));
        var hole = _frontierCount++;
        while (hole > 0 && OrderItem.Before(_items[position], _items[_frontier[ParentOf(hole)]]))
        {
            _frontier[hole] = _frontier[ParentOf(hole)];
            hole = ParentOf(hole);
        }
        _frontier[hole] = position;
    }

    private int Pop()
    {
        var top = _frontier[0];
        var last = _frontier[--_frontierCount];
        var hole = 0;
        while (true)
        {
            var child = 2 * hole + 1;
            if (child >= _frontierCount) break;
            if (child + 1 < _frontierCount && OrderItem.Before(_items[_frontier[child + 1]], _items[_frontier[child]])) child++;
            if (!OrderItem.Before(_items[_frontier[child]], _items[last])) break;
            _frontier[hole] = _frontier[child];
            hole = child;
        }
        if (_frontierCount > 0) _frontier[hole] = last;
        return top;
    }

    private void Grow()
    {
        var size = _items.Length == 0 ? 1 : _items.Length * 2;
        Array.Resize(ref _items, size);
        Array.Resize(ref _min, size);
        Array.Resize(ref _shapes, size);
        Array.Resize(ref _active, size);
    }
}
