namespace Granary.Optimization.Control;

/// <summary>
/// Convex quadratic programs by operator splitting. Sources: Stellato, Banjac, Goulart, Bemporad and Boyd, "OSQP: an operator splitting solver for quadratic
/// programs" (Math. Programming Computation, 2020), with its scaling, adaptive steps and polishing; proofs of infeasibility and unboundedness: Banjac and
/// others (J. Optimization Theory and Applications, 2019). Dense, for some hundred variables; the same problem gives the same answer.
/// </summary>
public static class QpSolver
{
    private const double Sigma = 1e-6;
    private const double Relaxation = 1.6;
    private const int CheckEvery = 25;

    /// <summary>Solves a problem.</summary>
    /// <param name="start">An answer near this one's, such as that to a problem with other bounds; null: zeros.</param>
    /// <exception cref="ArgumentException">A size is wrong, a value is not finite, P is not symmetric, or P is not positive semidefinite.</exception>
    public static QpResult Solve(QuadraticProgram problem, QpOptions? options = null, QpResult? start = null)
    {
        options ??= new QpOptions();
        options.Validate();
        problem.Validate();
        for (var i = 0; i < problem.Rows; i++)
        {
            if (problem.Lower[i] > problem.Upper[i]) return Empty(problem, QpStatus.Infeasible, 0);
        }
        if (!Convex(problem)) throw new ArgumentException("P is not positive semidefinite: the problem is not convex and may have many answers");
        var scaled = QpScaling.Of(problem);
        var work = new QpIteration(scaled, Sigma, Relaxation);
        if (start is not null)
        {
            Require.Length(start.X.Length, problem.Variables, "the start");
            Require.Length(start.Dual.Length, problem.Rows, "the start's multipliers");
            Require.Finite(start.X, "the start");
            Require.Finite(start.Dual, "the start's multipliers");
            work.Start(start);
        }
        var (x, y) = (new double[problem.Variables], new double[problem.Rows]);
        for (var iteration = 1; ; iteration++)
        {
            work.Step();
            var last = iteration >= options.MaxIterations;
            if (iteration % CheckEvery != 0 && !last) continue;
            scaled.Unscale(work.X, work.Y, x, y);
            var residuals = QpResiduals.Of(problem, x, y);
            if (!double.IsFinite(residuals.Primal + residuals.Dual)) throw new ArgumentException("P is not positive semidefinite, or its values are too far apart in size; scale them nearer to 1");
            if (residuals.Within(options.Tolerance) || last)
            {
                var status = residuals.Within(options.Tolerance) ? QpStatus.Solved : QpStatus.IterationLimit;
                var found = new QpResult(status, x, y, problem.Objective(x), residuals.Primal, residuals.Dual, iteration);
                return options.Polish ? QpPolish.Improve(problem, found, options.Tolerance) : found;
            }
            if (work.ProvesInfeasible(options.CertificateTolerance)) return Empty(problem, QpStatus.Infeasible, iteration);
            if (work.ProvesUnbounded(options.CertificateTolerance)) return Empty(problem, QpStatus.Unbounded, iteration);
            if (iteration % (4 * CheckEvery) == 0) work.Adapt();
        }
    }

    /// <summary>Whether P is positive semidefinite, but for one part in a hundred million.</summary>
    private static bool Convex(QuadraticProgram problem)
    {
        var (n, factor) = (problem.Variables, (double[])problem.P.Clone());
        var slack = 1e-8 * Dense.MaxAbs(factor) + 1e-300;
        for (var j = 0; j < n; j++) factor[j * n + j] += slack;
        return Dense.Cholesky(factor, n);
    }

    private static QpResult Empty(QuadraticProgram problem, QpStatus status, int iterations) =>
        new(status, new double[problem.Variables], new double[problem.Rows], 0, 0, 0, iterations);
}
