using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>Requests that are alike: the same resources and run times within a factor of two. What does not fit is tried once a shape, not once a task.</summary>
internal sealed class Shape(ResourceVector vector, int durationClass)
{
    private readonly ResourceVector _vector = vector;

    public ResourceVector Vector => _vector;

    public ref readonly ResourceVector VectorRef => ref _vector;

    public int DurationClass { get; } = durationClass;

    /// <summary>The capacity epoch in which no node had room for it; no node has been freed since while they are equal.</summary>
    public long BlockedEpoch { get; set; } = -1;

    /// <summary>Items of this shape that are live.</summary>
    public int Items { get; set; }

    /// <summary>Tasks of this shape that are ready and wait.</summary>
    public int Ready { get; set; }

    /// <summary>The node epoch for which <see cref="TooLarge"/> was found out.</summary>
    public long SizeEpoch { get; set; } = -1;

    /// <summary>No node of the pool holds it even when empty.</summary>
    public bool TooLarge { get; set; }
}

/// <summary>Shapes by content.</summary>
internal sealed class ShapeTable
{
    private readonly Dictionary<(ResourceVector, int), Shape> _shapes = [];

    public IEnumerable<Shape> All => _shapes.Values;

    public int Count => _shapes.Count;

    /// <summary>The shape, counting one more item of it.</summary>
    public Shape Take(in ResourceVector vector, long estimate)
    {
        var durationClass = 63 - (int)long.LeadingZeroCount(Math.Max(1, estimate));
        if (!_shapes.TryGetValue((vector, durationClass), out var shape))
            _shapes[(vector, durationClass)] = shape = new Shape(vector, durationClass);
        shape.Items++;
        return shape;
    }

    public void Release(Shape shape)
    {
        if (--shape.Items == 0) _shapes.Remove((shape.Vector, shape.DurationClass));
    }
}
