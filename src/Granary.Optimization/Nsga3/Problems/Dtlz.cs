namespace Granary.Optimization.Nsga3.Problems;

/// <summary>
/// DTLZ1 to DTLZ4 with any number of objectives. Source: Deb, Thiele, Laumanns and Zitzler, "Scalable test problems for evolutionary multiobjective
/// optimization" (2005); the number of distance variables (5 for DTLZ1, else 10) and their constrained forms: Deb and Jain (2014), Jain and Deb (2014).
/// </summary>
public sealed class Dtlz : IProblem
{
    private readonly int _number;
    private readonly DtlzConstraint _constraint;

    /// <param name="number">1 to 4.</param>
    public Dtlz(int number, int objectives, DtlzConstraint constraint = DtlzConstraint.None)
    {
        if (number is < 1 or > 4) throw new ArgumentException($"there is no DTLZ{number} here; 1 to 4 are");
        Require.AtLeast(objectives, 2, "the number of objectives");
        (_number, Objectives, _constraint) = (number, objectives, constraint);
        Variables = objectives - 1 + (number == 1 ? 5 : 10);
    }

    public int Variables { get; }

    public int Objectives { get; }

    public int Constraints => _constraint == DtlzConstraint.None ? 0 : 1;

    public void Bounds(Span<double> lower, Span<double> upper)
    {
        lower.Clear();
        upper.Fill(1);
    }

    public void Evaluate(ReadOnlySpan<double> x, Span<double> objectives, Span<double> constraints)
    {
        var g = Distance(x[(Objectives - 1)..]);
        for (var m = 0; m < Objectives; m++)
        {
            var value = _number == 1 ? 0.5 * (1 + g) : 1 + g;
            for (var i = 0; i < Objectives - 1 - m; i++) value *= _number == 1 ? x[i] : Math.Cos(Angle(x[i]));
            if (m > 0) value *= _number == 1 ? 1 - x[Objectives - 1 - m] : Math.Sin(Angle(x[Objectives - 1 - m]));
            objectives[m] = value;
        }
        if (_constraint != DtlzConstraint.None) constraints[0] = Constraint(objectives);
    }

    /// <summary>Where the line through the origin and this reference point meets the true front without constraints.</summary>
    public double[] Target(ReadOnlySpan<double> point)
    {
        var length = 0.0;
        foreach (var c in point) length += c * c;
        var factor = _number == 1 ? 0.5 : 1 / Math.Sqrt(length);
        var target = point.ToArray();
        for (var i = 0; i < target.Length; i++) target[i] *= factor;
        return target;
    }

    private double Angle(double x) => (_number == 4 ? Math.Pow(x, 100) : x) * Math.PI / 2;

    private double Distance(ReadOnlySpan<double> x)
    {
        var rough = _number is 1 or 3;
        var sum = rough ? (double)x.Length : 0;
        foreach (var value in x)
        {
            var d = value - 0.5;
            sum += rough ? d * d - Math.Cos(20 * Math.PI * d) : d * d;
        }
        return rough ? 100 * sum : sum;
    }

    private double Constraint(ReadOnlySpan<double> f)
    {
        if (_constraint == DtlzConstraint.C1)
        {
            // The feasible region is a thin strip above the front.
            var sum = f[^1] / 0.6;
            for (var m = 0; m < f.Length - 1; m++) sum += f[m] / 0.5;
            return sum - 1;
        }
        // Only spheres round the corners and the middle of the front are feasible.
        var radius = f.Length == 3 ? 0.4 : 0.5;
        var (all, nearest, middle) = (0.0, double.PositiveInfinity, 0.0);
        foreach (var value in f)
        {
            all += value * value;
            middle += (value - 1 / Math.Sqrt(f.Length)) * (value - 1 / Math.Sqrt(f.Length));
        }
        foreach (var value in f) nearest = Math.Min(nearest, (value - 1) * (value - 1) + all - value * value - radius * radius);
        return Math.Min(nearest, middle - radius * radius);
    }
}

/// <summary>Which constraint stands on a DTLZ problem.</summary>
public enum DtlzConstraint
{
    None,

    /// <summary>C1: the front is as before, the way to it narrow; meant for DTLZ1.</summary>
    C1,

    /// <summary>C2: the front in pieces; meant for DTLZ2.</summary>
    C2,
}
