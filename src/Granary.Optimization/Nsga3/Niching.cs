using Granary.Optimization.Randomness;

namespace Granary.Optimization.Nsga3;

/// <summary>
/// Which of the last front live on: each point belongs to the reference line nearest to it, and the niches with the fewest members are filled first.
/// Source: Deb and Jain (2014), algorithms 3 and 4.
/// </summary>
internal sealed class Niching
{
    private readonly ReferencePoints _points;
    private readonly double[] _directions;
    private readonly int[] _niche;
    private readonly double[] _distance;
    private readonly int[] _members;
    private readonly int[] _open;
    private readonly int[] _head;
    private readonly int[] _next;
    private readonly double[] _scaled;

    public Niching(ReferencePoints points, int capacity)
    {
        _points = points;
        var m = points.Objectives;
        (_niche, _distance, _next) = (new int[capacity], new double[capacity], new int[capacity]);
        (_members, _open, _head) = (new int[points.Count], new int[points.Count], new int[points.Count]);
        (_scaled, _directions) = (new double[m], new double[points.Count * m]);
        for (var r = 0; r < points.Count; r++)
        {
            var length = 0.0;
            foreach (var c in points[r]) length += c * c;
            for (var k = 0; k < m; k++) _directions[r * m + k] = points[r][k] / Math.Sqrt(length);
        }
    }

    /// <summary>Finds the nearest reference line of a point and the distance to it.</summary>
    public void Associate(int point, ReadOnlySpan<double> objectives, Normalization scale)
    {
        var m = objectives.Length;
        var square = 0.0;
        for (var k = 0; k < m; k++)
        {
            _scaled[k] = (objectives[k] - scale.Ideal[k]) / scale.Scale[k];
            square += _scaled[k] * _scaled[k];
        }
        var (best, along) = (0, double.NegativeInfinity);
        for (var r = 0; r < _points.Count; r++)
        {
            var dot = 0.0;
            for (var k = 0; k < m; k++) dot += _directions[r * m + k] * _scaled[k];
            if (dot > along) (best, along) = (r, dot);
        }
        // Directions have length one and point into the positive orthant, so the nearest line is the one with the longest shadow.
        _niche[point] = best;
        _distance[point] = square - along * along;
    }

    /// <summary>Moves the chosen of <paramref name="last"/> to its front; <paramref name="kept"/> are those already in.</summary>
    public void Choose(ReadOnlySpan<int> kept, Span<int> last, int wanted, RandomStream random)
    {
        _members.AsSpan().Clear();
        _head.AsSpan().Fill(-1);
        foreach (var point in kept) _members[_niche[point]]++;
        foreach (var point in last)
        {
            _next[point] = _head[_niche[point]];
            _head[_niche[point]] = point;
        }
        var open = 0;
        for (var r = 0; r < _points.Count; r++)
        {
            if (_head[r] >= 0) _open[open++] = r;
        }
        for (var taken = 0; taken < wanted; taken++)
        {
            var at = Emptiest(open, random);
            var niche = _open[at];
            last[taken] = _members[niche] == 0 ? TakeNearest(niche) : TakeAny(niche, random);
            _members[niche]++;
            if (_head[niche] < 0) _open[at] = _open[--open];
        }
    }

    /// <summary>A random one of the open niches with the fewest members.</summary>
    private int Emptiest(int open, RandomStream random)
    {
        var (fewest, ties, chosen) = (int.MaxValue, 0, 0);
        for (var i = 0; i < open; i++)
        {
            var members = _members[_open[i]];
            if (members > fewest) continue;
            ties = members < fewest ? 1 : ties + 1;
            fewest = members;
            if (ties == 1 || random.Below(ties) == 0) chosen = i;
        }
        return chosen;
    }

    private int TakeNearest(int niche)
    {
        var (best, before) = (_head[niche], -1);
        for (int point = _head[niche], previous = -1; point >= 0; previous = point, point = _next[point])
        {
            if (_distance[point] < _distance[best]) (best, before) = (point, previous);
        }
        return Unlink(niche, best, before);
    }

    private int TakeAny(int niche, RandomStream random)
    {
        var (chosen, before, seen) = (-1, -1, 0);
        for (int point = _head[niche], previous = -1; point >= 0; previous = point, point = _next[point])
        {
            if (random.Below(++seen) == 0) (chosen, before) = (point, previous);
        }
        return Unlink(niche, chosen, before);
    }

    private int Unlink(int niche, int point, int before)
    {
        if (before < 0) _head[niche] = _next[point];
        else _next[before] = _next[point];
        return point;
    }
}
