namespace Granary.Optimization.Control;

/// <summary>The iteration itself, on a scaled problem: x solves a linear system, z is clipped to the bounds, y adds up what is left between Ax and z.</summary>
internal sealed class QpIteration
{
    private const double LeastRho = 1e-6, MostRho = 1e6;

    private readonly QpScaling _scaling;
    private readonly QuadraticProgram _problem;
    private readonly double _sigma, _relaxation;
    private readonly double[] _factor, _z, _ax, _right, _rows, _dx, _dy, _rho, _work;
    private double _scale = 0.1;

    public QpIteration(QpScaling scaling, double sigma, double relaxation)
    {
        (_scaling, _problem, _sigma, _relaxation) = (scaling, scaling.Problem, sigma, relaxation);
        var (n, m) = (_problem.Variables, _problem.Rows);
        (X, Y, _z, _ax, _right, _rows) = (new double[n], new double[m], new double[m], new double[m], new double[n], new double[m]);
        (_factor, _dx, _dy, _rho, _work) = (new double[n * n], new double[n], new double[m], new double[m], new double[n]);
        Factorize();
    }

    public double[] X { get; }

    public double[] Y { get; }

    public void Start(QpResult near)
    {
        _scaling.Scale(near.X, near.Dual, X, Y);
        Dense.Multiply(_problem.A, X, _z);
        for (var i = 0; i < _z.Length; i++) _z[i] = Math.Clamp(_z[i], _problem.Lower[i], _problem.Upper[i]);
    }

    public void Step()
    {
        // (P + sigma I + A' rho A) x~ = sigma x - q + A'(rho z - y)
        for (var i = 0; i < _z.Length; i++) _rows[i] = _rho[i] * _z[i] - Y[i];
        Dense.MultiplyTransposed(_problem.A, _rows, _right);
        for (var j = 0; j < X.Length; j++) _right[j] += _sigma * X[j] - _problem.Q[j];
        Dense.SolveCholesky(_factor, _right);
        Dense.Multiply(_problem.A, _right, _ax);
        for (var j = 0; j < X.Length; j++)
        {
            _dx[j] = _relaxation * (_right[j] - X[j]);
            X[j] += _dx[j];
        }
        for (var i = 0; i < _z.Length; i++)
        {
            var mixed = _relaxation * _ax[i] + (1 - _relaxation) * _z[i];
            var z = Math.Clamp(mixed + Y[i] / _rho[i], _problem.Lower[i], _problem.Upper[i]);
            _dy[i] = _rho[i] * (mixed - z);
            Y[i] += _dy[i];
            _z[i] = z;
        }
    }

    /// <summary>Balances the two residuals: a new step size where they are far apart, and a new factor for it.</summary>
    public void Adapt()
    {
        Dense.Multiply(_problem.A, X, _ax);
        var (primal, primalSize) = (0.0, Math.Max(Dense.MaxAbs(_ax), Dense.MaxAbs(_z)));
        for (var i = 0; i < _z.Length; i++) primal = Math.Max(primal, Math.Abs(_ax[i] - _z[i]));
        Dense.Multiply(_problem.P, X, _right);
        Dense.MultiplyTransposed(_problem.A, Y, _work);
        var dualSize = Math.Max(Math.Max(Dense.MaxAbs(_right), Dense.MaxAbs(_work)), Dense.MaxAbs(_problem.Q));
        var dual = 0.0;
        for (var j = 0; j < X.Length; j++) dual = Math.Max(dual, Math.Abs(_right[j] + _work[j] + _problem.Q[j]));
        var ratio = Math.Sqrt(primal / Math.Max(primalSize, 1e-10) / Math.Max(dual / Math.Max(dualSize, 1e-10), 1e-12));
        if (ratio is > 0.2 and < 5 || !double.IsFinite(ratio)) return;
        _scale = Math.Clamp(_scale * ratio, LeastRho, MostRho);
        Factorize();
    }

    /// <summary>A combination of rows that can only sum to less than it must: A'dy = 0 and the support of the bounds is under 0.</summary>
    public bool ProvesInfeasible(double tolerance)
    {
        var size = Dense.MaxAbs(_dy);
        if (size <= 1e-12) return false;
        var support = 0.0;
        for (var i = 0; i < _dy.Length; i++)
        {
            var part = _dy[i] / size;
            var bound = part > 0 ? _problem.Upper[i] : _problem.Lower[i];
            if (double.IsInfinity(bound))
            {
                if (Math.Abs(part) > tolerance) return false;
                continue;
            }
            support += bound * part;
        }
        Dense.MultiplyTransposed(_problem.A, _dy, _work);
        return support < -tolerance && Dense.MaxAbs(_work) <= tolerance * size;
    }

    /// <summary>A direction that no row stops, along which the objective falls: P dx = 0, q'dx under 0, A dx only where there are no bounds.</summary>
    public bool ProvesUnbounded(double tolerance)
    {
        var size = Dense.MaxAbs(_dx);
        if (size <= 1e-12 || Dense.Dot(_problem.Q, _dx) >= -tolerance * size) return false;
        Dense.Multiply(_problem.P, _dx, _work);
        if (Dense.MaxAbs(_work) > tolerance * size) return false;
        Dense.Multiply(_problem.A, _dx, _ax);
        for (var i = 0; i < _ax.Length; i++)
        {
            if (_ax[i] > tolerance * size && !double.IsPositiveInfinity(_problem.Upper[i])) return false;
            if (_ax[i] < -tolerance * size && !double.IsNegativeInfinity(_problem.Lower[i])) return false;
        }
        return true;
    }

    private void Factorize()
    {
        var n = X.Length;
        for (var i = 0; i < _rho.Length; i++)
        {
            var free = double.IsInfinity(_problem.Lower[i]) && double.IsInfinity(_problem.Upper[i]);
            _rho[i] = free ? LeastRho : Math.Clamp(_problem.IsEquation(i) ? 1000 * _scale : _scale, LeastRho, MostRho);
        }
        _problem.P.CopyTo(_factor, 0);
        for (var j = 0; j < n; j++) _factor[j * n + j] += _sigma;
        for (var i = 0; i < _rho.Length; i++)
        {
            var row = _problem.A.AsSpan(i * n, n);
            for (var j = 0; j < n; j++)
            {
                if (row[j] == 0) continue;
                for (var k = 0; k <= j; k++) _factor[j * n + k] += _rho[i] * row[j] * row[k];
            }
        }
        if (!Dense.Cholesky(_factor, n)) throw new ArgumentException("P is not positive semidefinite: the problem is not convex and may have no single answer");
    }
}
