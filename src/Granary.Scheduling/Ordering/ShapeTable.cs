using Granary.Model;
using Granary.Scheduling.Learning;
using Granary.Scheduling.Placement.Terms;

namespace Granary.Scheduling.Ordering;

/// <summary>Shapes by content.</summary>
internal sealed class ShapeTable
{
    private readonly Dictionary<(ResourceVector, int, int, TermsEntry?, RunClass), Shape> _shapes = [];
    private readonly Stack<int> _freeIds = new();
    private int _nextId;

    /// <summary>The shape, counting one more item of it.</summary>
    public Shape Take(in ResourceVector vector, long estimate, int members = 1, TermsEntry? terms = null, RunClass runClass = default)
    {
        var durationClass = 63 - (int)long.LeadingZeroCount(Math.Max(1, estimate));
        var key = (vector, durationClass, members, terms, runClass);
        if (!_shapes.TryGetValue(key, out var shape))
        {
            var id = _freeIds.TryPop(out var free) ? free : _nextId++;
            _shapes[key] = shape = new Shape(vector, durationClass, id, members, terms, runClass);
            terms?.Shapes.Add(shape);
        }
        shape.Items++;
        return shape;
    }

    /// <returns>True when it was the last item of the shape, which is gone with it.</returns>
    public bool Release(Shape shape)
    {
        if (--shape.Items > 0) return false;
        _shapes.Remove((shape.Vector, shape.DurationClass, shape.Members, shape.Terms, shape.RunClass));
        _freeIds.Push(shape.Id);
        return true;
    }
}
