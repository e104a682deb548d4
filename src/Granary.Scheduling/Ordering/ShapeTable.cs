using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>Shapes by content.</summary>
internal sealed class ShapeTable
{
    private readonly Dictionary<(ResourceVector, int, int), Shape> _shapes = [];
    private readonly Stack<int> _freeIds = new();
    private int _nextId;

    /// <summary>The shape, counting one more item of it.</summary>
    public Shape Take(in ResourceVector vector, long estimate, int members = 1)
    {
        var durationClass = 63 - (int)long.LeadingZeroCount(Math.Max(1, estimate));
        if (!_shapes.TryGetValue((vector, durationClass, members), out var shape))
        {
            var id = _freeIds.TryPop(out var free) ? free : _nextId++;
            _shapes[(vector, durationClass, members)] = shape = new Shape(vector, durationClass, id, members);
        }
        shape.Items++;
        return shape;
    }

    public void Release(Shape shape)
    {
        if (--shape.Items > 0) return;
        _shapes.Remove((shape.Vector, shape.DurationClass, shape.Members));
        _freeIds.Push(shape.Id);
    }
}
