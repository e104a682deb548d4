namespace Granary.Cli.Load.Steady;

/// <summary>
/// A line through points that outliers do not bend: the median of the slopes between all pairs (Theil 1950, Sen 1968). Up to 29 % of the points may
/// be anything.
/// </summary>
internal static class TheilSen
{
    /// <summary>The slope in units of y per unit of x; 0 for fewer than two points of different x.</summary>
    public static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var i = 0; i < points.Count; i++)
            for (var j = i + 1; j < points.Count; j++)
                if (points[i].X != points[j].X) slopes.Add((points[j].Y - points[i].Y) / (points[j].X - points[i].X));
        return Median(slopes);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return 0;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
