namespace Granary.Optimization.Control;

/// <summary>How far a point and its multipliers are from the conditions of Karush, Kuhn and Tucker, beside the size of what is summed.</summary>
internal readonly record struct QpResiduals(double Primal, double PrimalSize, double Dual, double DualSize)
{
    public bool Within(double tolerance) => Primal <= tolerance * (1 + PrimalSize) && Dual <= tolerance * (1 + DualSize);

    public static QpResiduals Of(QuadraticProgram problem, double[] x, double[] y)
    {
        var (primal, primalSize, gap) = (0.0, 0.0, 0.0);
        for (var i = 0; i < problem.Rows; i++)
        {
            var value = Dense.Dot(problem.A.AsSpan(i * x.Length, x.Length), x);
            primal = Math.Max(primal, Math.Max(problem.Lower[i] - value, value - problem.Upper[i]));
            // A multiplier that pulls at a bound which the row does not touch is as wrong as a row outside its bounds.
            var bound = y[i] > 0 ? problem.Upper[i] : problem.Lower[i];
            var off = double.IsInfinity(bound) ? double.PositiveInfinity : Math.Abs(value - bound);
            gap = Math.Max(gap, Math.Min(Math.Abs(y[i]), off));
            primalSize = Math.Max(primalSize, Math.Abs(value));
        }
        var (px, aty) = (new double[x.Length], new double[x.Length]);
        Dense.Multiply(problem.P, x, px);
        Dense.MultiplyTransposed(problem.A, y, aty);
        var dual = 0.0;
        for (var j = 0; j < x.Length; j++) dual = Math.Max(dual, Math.Abs(px[j] + problem.Q[j] + aty[j]));
        var dualSize = Math.Max(Math.Max(Dense.MaxAbs(px), Dense.MaxAbs(aty)), Dense.MaxAbs(problem.Q));
        return new QpResiduals(Math.Max(primal, gap), primalSize, dual, dualSize);
    }
}
