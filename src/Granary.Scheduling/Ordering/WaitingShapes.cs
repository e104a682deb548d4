using Granary.Model;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>
/// The shapes of which a task waits, side by side in memory: whether anything at all fits a freed node is one pass over them, before any walk
/// through the order.
/// </summary>
internal sealed class WaitingShapes
{
    private ResourceVector[] _vectors = new ResourceVector[16];
    private Shape[] _shapes = new Shape[16];
    private Shape[] _fitting = new Shape[16];
    private int _fittingCount;

    public int Count { get; private set; }

    public Shape this[int index] => _shapes[index];

    /// <summary>Tasks wait in the queue now.</summary>
    public void Add(ShapeQueue queue)
    {
        var shape = queue.Shape;
        queue.ShapeIndex = shape.Queues.Count;
        shape.Queues.Add(new Waiter(queue.Agent.Index, queue));
        if (shape.Queues.Count > 1) return;
        if (Count == _shapes.Length)
        {
            Array.Resize(ref _vectors, Count * 2);
            Array.Resize(ref _shapes, Count * 2);
            Array.Resize(ref _fitting, Count * 2);
        }
        shape.WaitingIndex = Count;
        _vectors[Count] = shape.Vector;
        _shapes[Count++] = shape;
    }

    /// <summary>Nothing waits in the queue any more.</summary>
    public void Remove(ShapeQueue queue)
    {
        var queues = queue.Shape.Queues;
        var lastQueue = queues[^1];
        queues[queue.ShapeIndex] = lastQueue;
        lastQueue.Queue.ShapeIndex = queue.ShapeIndex;
        queues.RemoveAt(queues.Count - 1);
        queue.ShapeIndex = -1;
        if (queues.Count > 0) return;
        var last = --Count;
        var hole = queue.Shape.WaitingIndex;
        queue.Shape.WaitingIndex = -1;
        if (hole != last)
        {
            _vectors[hole] = _vectors[last];
            _shapes[hole] = _shapes[last];
            _shapes[hole].WaitingIndex = hole;
        }
        _shapes[last] = null!;
    }

    /// <summary>The shapes of which a task waits.</summary>
    public ReadOnlySpan<Shape> All => _shapes.AsSpan(0, Count);

    /// <summary>The shapes that <see cref="Find"/> found.</summary>
    public ReadOnlySpan<Shape> Fitting => _fitting.AsSpan(0, _fittingCount);

    /// <summary>Finds the shapes that fit. Returns their signature, 0 when there is none, and how many queues they have.</summary>
    /// <param name="free">What is open on the node.</param>
    /// <param name="node">The node that was freed: shapes whose terms it does not satisfy, or that wait for a better one, do not fit.</param>
    /// <param name="capacity">The nodes.</param>
    /// <param name="queues">How many queues they have.</param>
    public ulong Find(in ResourceVector free, NodeEntry node, CapacityLedger capacity, out int queues)
    {
        _fittingCount = 0;
        queues = 0;
        var vectors = _vectors.AsSpan(0, Count);
        var signature = 0UL;
        for (var i = 0; i < vectors.Length; i++)
        {
            if (!vectors[i].FitsIn(free)) continue;
            var shape = _shapes[i];
            if (shape.Terms is { } terms && !(terms.Eligible(node, capacity.Kinds) && terms.NeighboursAllow(node))) continue;
            if (shape.DeclinedEpoch == capacity.Epoch && ReferenceEquals(shape.DeclinedNode, node)) continue;
            signature |= shape.Bit;
            queues += shape.Queues.Count;
            _fitting[_fittingCount++] = shape;
        }
        return signature;
    }
}
