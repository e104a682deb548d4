namespace Granary.Telemetry;

/// <summary>
/// A line through points that outliers do not bend: the median of the slopes between all pairs (Theil 1950, Sen 1968). Up to 29 % of the points may
/// be anything.
/// </summary>
public static class TheilSen
{
    /// <summary>The slope in units of y per unit of x; 0 for fewer than two points of different x.</summary>
    public static double Slope(IReadOnlyList<(double X, double Y)> points) => Median(Slopes(points));

    /// <summary>The slope with an interval that holds the true one in 95 of 100 cases (Sen 1968, by the variance of Kendall's score), and the level at 0.</summary>
    public static RobustTrend Fit(IReadOnlyList<(double X, double Y)> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var slopes = Slopes(points);
        if (slopes.Count == 0) return new(0, double.NegativeInfinity, double.PositiveInfinity, Median(points.Select(p => p.Y)), 0);
        slopes.Sort();
        var slope = MedianOfSorted(slopes);
        double n = points.Count;
        var width = 1.96 * Math.Sqrt(n * (n - 1) * (2 * n + 5) / 18);
        var low = (int)Math.Floor((slopes.Count - width) / 2);
        var high = (int)Math.Ceiling((slopes.Count + width) / 2);
        return new(slope,
            low < 0 ? double.NegativeInfinity : slopes[low],
            high >= slopes.Count ? double.PositiveInfinity : slopes[high],
            Median(points.Select(p => p.Y - slope * p.X)), points.Count);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.ToList();
        sorted.Sort();
        return MedianOfSorted(sorted);
    }

    private static double MedianOfSorted(List<double> sorted)
    {
        if (sorted.Count == 0) return 0;
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static List<double> Slopes(IReadOnlyList<(double X, double Y)> points)
    {
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var i = 0; i < points.Count; i++)
            for (var j = i + 1; j < points.Count; j++)
                if (points[i].X != points[j].X) slopes.Add((points[j].Y - points[i].Y) / (points[j].X - points[i].X));
        return slopes;
    }
}

/// <param name="Slope">Units of y per unit of x.</param>
/// <param name="Low">End of the 95 % interval; infinite where there are too few points.</param>
/// <param name="High">The other end.</param>
/// <param name="Level">Of the line at x = 0.</param>
/// <param name="Points">It was drawn through.</param>
public readonly record struct RobustTrend(double Slope, double Low, double High, double Level, int Points)
{
    /// <summary>True when the interval leaves no doubt about the direction.</summary>
    public bool IsCertain => Low > 0 || High < 0;

    public double At(double x) => Level + Slope * x;
}
