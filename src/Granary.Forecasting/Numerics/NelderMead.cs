namespace Granary.Forecasting.Numerics;

/// <summary>Minimum of a function within a box by the simplex of Nelder and Mead ("A simplex method for function minimization", The Computer Journal 7, 1965).</summary>
/// <remarks>
/// The library's own minimizer throws away what it found when its budget ends, knows no bounds and allocates at each step; a fit needs all three.
/// Points outside the box are moved to its edge. Deterministic.
/// </remarks>
internal static class NelderMead
{
    internal delegate double Objective(ReadOnlySpan<double> at);

    /// <summary>Moves <paramref name="start"/> to the best point found.</summary>
    /// <param name="objective">What is not a number counts as the worst.</param>
    /// <param name="start">Where to begin, and where the answer goes.</param>
    /// <param name="lower">One bound for each dimension.</param>
    /// <param name="upper">Above <paramref name="lower"/>.</param>
    /// <param name="evaluations">Most calls of the function.</param>
    /// <param name="tolerance">Ends when the simplex's values differ by no more than this part.</param>
    /// <returns>The value at the best point.</returns>
    public static double Minimize(Objective objective, Span<double> start, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, int evaluations, double tolerance = 1e-6)
    {
        var n = start.Length;
        var points = new double[n + 1][];
        var values = new double[n + 1];
        var (centre, trial, second) = (new double[n], new double[n], new double[n]);
        for (var i = 0; i <= n; i++)
        {
            points[i] = start.ToArray();
            if (i > 0)
            {
                var step = 0.2 * (upper[i - 1] - lower[i - 1]);
                points[i][i - 1] += points[i][i - 1] + step <= upper[i - 1] ? step : -step;
            }
            values[i] = At(objective, points[i], lower, upper);
        }
        for (var used = n + 1; used < evaluations;)
        {
            Array.Sort(values, points);
            if (values[n] - values[0] <= tolerance * (Math.Abs(values[0]) + 1e-12)) break;
            for (var j = 0; j < n; j++)
            {
                centre[j] = 0;
                for (var i = 0; i < n; i++) centre[j] += points[i][j] / n;
            }
            var reflected = Along(objective, centre, points[n], 1, trial, lower, upper);
            used++;
            if (reflected < values[0])
            {
                var expanded = Along(objective, centre, points[n], 2, second, lower, upper);
                used++;
                if (expanded < reflected) Replace(points[n], second, ref values[n], expanded);
                else Replace(points[n], trial, ref values[n], reflected);
                continue;
            }
            if (reflected < values[n - 1])
            {
                Replace(points[n], trial, ref values[n], reflected);
                continue;
            }
            var outside = reflected < values[n];
            var contracted = Along(objective, centre, points[n], outside ? 0.5 : -0.5, second, lower, upper);
            used++;
            if (contracted < Math.Min(reflected, values[n]))
            {
                Replace(points[n], second, ref values[n], contracted);
                continue;
            }
            for (var i = 1; i <= n; i++)
            {
                for (var j = 0; j < n; j++) points[i][j] = points[0][j] + (0.5 * (points[i][j] - points[0][j]));
                values[i] = At(objective, points[i], lower, upper);
                used++;
            }
        }
        var best = Array.IndexOf(values, values.Min());
        points[best].CopyTo(start);
        return values[best];
    }

    private static double Along(Objective objective, double[] centre, double[] worst, double factor, double[] into, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        for (var j = 0; j < centre.Length; j++) into[j] = centre[j] + (factor * (centre[j] - worst[j]));
        return At(objective, into, lower, upper);
    }

    private static double At(Objective objective, double[] point, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        for (var j = 0; j < point.Length; j++) point[j] = Math.Clamp(point[j], lower[j], upper[j]);
        var value = objective(point);
        return double.IsFinite(value) ? value : double.MaxValue;
    }

    private static void Replace(double[] point, double[] by, ref double value, double with)
    {
        by.CopyTo(point, 0);
        value = with;
    }
}
