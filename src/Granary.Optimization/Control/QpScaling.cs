namespace Granary.Optimization.Control;

/// <summary>A problem whose rows and columns are about as large as each other (Ruiz equilibration), and the way back.</summary>
internal sealed class QpScaling
{
    private readonly double[] _columns, _rows;
    private readonly double _cost;

    private QpScaling(QuadraticProgram scaled, double[] columns, double[] rows, double cost) => (Problem, _columns, _rows, _cost) = (scaled, columns, rows, cost);

    public QuadraticProgram Problem { get; }

    public static QpScaling Of(QuadraticProgram problem)
    {
        var (n, m) = (problem.Variables, problem.Rows);
        var (p, q, a) = ((double[])problem.P.Clone(), (double[])problem.Q.Clone(), (double[])problem.A.Clone());
        var (columns, rows) = (Ones(n), Ones(m));
        var (d, e) = (new double[n], new double[m]);
        for (var round = 0; round < 10; round++)
        {
            for (var j = 0; j < n; j++)
            {
                var most = Dense.MaxAbs(p.AsSpan(j * n, n));
                for (var i = 0; i < m; i++) most = Math.Max(most, Math.Abs(a[i * n + j]));
                d[j] = Factor(most);
            }
            for (var i = 0; i < m; i++) e[i] = Factor(Dense.MaxAbs(a.AsSpan(i * n, n)));
            for (var j = 0; j < n; j++)
            {
                for (var k = 0; k < n; k++) p[j * n + k] *= d[j] * d[k];
                q[j] *= d[j];
                columns[j] *= d[j];
            }
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++) a[i * n + j] *= e[i] * d[j];
                rows[i] *= e[i];
            }
        }
        var size = Math.Max(Dense.MaxAbs(p), Dense.MaxAbs(q));
        var cost = size > 1e-8 ? 1 / Math.Clamp(size, 1e-8, 1e8) : 1;
        for (var k = 0; k < p.Length; k++) p[k] *= cost;
        for (var k = 0; k < n; k++) q[k] *= cost;
        var (lower, upper) = (new double[m], new double[m]);
        for (var i = 0; i < m; i++) (lower[i], upper[i]) = (problem.Lower[i] * rows[i], problem.Upper[i] * rows[i]);
        return new QpScaling(new QuadraticProgram(p, q, a, lower, upper), columns, rows, cost);
    }

    public void Unscale(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> toX, Span<double> toY)
    {
        for (var j = 0; j < toX.Length; j++) toX[j] = x[j] * _columns[j];
        for (var i = 0; i < toY.Length; i++) toY[i] = y[i] * _rows[i] / _cost;
    }

    public void Scale(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> toX, Span<double> toY)
    {
        for (var j = 0; j < toX.Length; j++) toX[j] = x[j] / _columns[j];
        for (var i = 0; i < toY.Length; i++) toY[i] = y[i] * _cost / _rows[i];
    }

    private static double Factor(double size) => size < 1e-10 ? 1 : 1 / Math.Sqrt(Math.Min(size, 1e10));

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
