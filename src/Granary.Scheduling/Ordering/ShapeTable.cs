using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>Shapes by content.</summary>
internal sealed class ShapeTable
{
    private readonly Dictionary<(ResourceVector, int), Shape> _shapes = [];
    private readonly Stack<int> _freeIds = new();
    private int _nextId;

    /// <summary>The shape, counting one more item of it.</summary>
    public Shape Take(in ResourceVector vector, long estimate)
    {
        var durationClass = 63 - (int)long.LeadingZeroCount(Math.Max(1, estimate));
        if (!_shapes.TryGetValue((vector, durationClass), out var shape))
        {
            var id = _freeIds.TryPop(out var free) ? free : _nextId++;
            _shapes[(vector, durationClass)] = shape = new Shape(vector, durationClass, id);
        }
        shape.Items++;
        return shape;
    }

    public void Release(Shape shape)
    {
        if (--shape.Items > 0) return;
        _shapes.Remove((shape.Vector, shape.DurationClass));
        _freeIds.Push(shape.Id);
    }
}
