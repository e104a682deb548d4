namespace Granary.Optimization.Nsga3;

/// <summary>
/// The volume between a front and a reference point that is worse than all of it: larger is better, and it grows with both nearness and spread. Exact.
/// Source: While, Bradstreet and Barone, "A fast way of calculating exact hypervolumes" (IEEE Trans. Evolutionary Computation, 2012), the WFG algorithm.
/// </summary>
/// <remarks>The time may double with every point in the worst case; for measured ones see docs/OPTIMIZERS.md.</remarks>
public static class Hypervolume
{
    /// <param name="points">Finite objectives; those that are not better than the reference point everywhere add nothing.</param>
    /// <exception cref="ArgumentException">A point has another number of objectives, or a value is not finite.</exception>
    public static double Of(IEnumerable<double[]> points, double[] reference)
    {
        Require.Finite(reference, "the reference point");
        var inside = new List<double[]>();
        foreach (var point in points)
        {
            Require.Length(point.Length, reference.Length, "a point of the front");
            Require.Finite(point, "a point of the front");
            var better = true;
            for (var k = 0; k < point.Length; k++) better &= point[k] < reference[k];
            if (better) inside.Add(point);
        }
        return Measure(Undominated(inside), reference, reference.Length);
    }

    /// <summary>Points sorted by the last objective, the worst first, so that limiting them drops an objective soon.</summary>
    private static double Measure(List<double[]> points, double[] reference, int objectives)
    {
        if (points.Count == 0) return 0;
        if (objectives == 1) return reference[0] - points.Min(p => p[0]);
        if (objectives == 2) return Area(points, reference);
        points.Sort((a, b) => b[objectives - 1].CompareTo(a[objectives - 1]));
        var volume = 0.0;
        for (var i = 0; i < points.Count; i++)
        {
            // All later points are better in the last objective, so only the others matter within this slab.
            var last = objectives - 1;
            var own = Box(points[i], reference, last) - Measure(Limited(points, i, last), reference, last);
            volume += own * (reference[last] - points[i][last]);
        }
        return volume;
    }

    private static double Area(List<double[]> points, double[] reference)
    {
        points.Sort((a, b) => a[0].CompareTo(b[0]));
        var (area, floor) = (0.0, reference[1]);
        foreach (var point in points)
        {
            if (point[1] >= floor) continue;
            area += (reference[0] - point[0]) * (floor - point[1]);
            floor = point[1];
        }
        return area;
    }

    private static double Box(double[] point, double[] reference, int objectives)
    {
        var volume = 1.0;
        for (var k = 0; k < objectives; k++) volume *= reference[k] - point[k];
        return volume;
    }

    private static List<double[]> Limited(List<double[]> points, int index, int objectives)
    {
        var limited = new List<double[]>(points.Count - index - 1);
        for (var j = index + 1; j < points.Count; j++)
        {
            var point = new double[objectives];
            for (var k = 0; k < objectives; k++) point[k] = Math.Max(points[j][k], points[index][k]);
            limited.Add(point);
        }
        return Undominated(limited);
    }

    private static List<double[]> Undominated(List<double[]> points)
    {
        var kept = new List<double[]>(points.Count);
        foreach (var point in points)
        {
            var dominated = false;
            for (var k = kept.Count - 1; k >= 0 && !dominated; k--)
            {
                dominated = Dominance.Dominates(kept[k], point) || kept[k].AsSpan().SequenceEqual(point);
                if (!dominated && Dominance.Dominates(point, kept[k])) kept.RemoveAt(k);
            }
            if (!dominated) kept.Add(point);
        }
        return kept;
    }
}
