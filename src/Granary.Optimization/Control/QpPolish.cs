namespace Granary.Optimization.Control;

/// <summary>One exact solve on the rows that hold the answer back, refined against its own small regularization (OSQP, section 4).</summary>
internal static class QpPolish
{
    private const double Regularization = 1e-9;
    private const int Refinements = 5;

    /// <summary>The better answer, or the given one where polishing does not improve it.</summary>
    public static QpResult Improve(QuadraticProgram problem, QpResult found, double tolerance)
    {
        var n = problem.Variables;
        var active = new List<(int Row, double Bound)>();
        for (var i = 0; i < problem.Rows; i++)
        {
            var value = Dense.Dot(problem.A.AsSpan(i * n, n), found.X);
            if (problem.IsEquation(i) || value - problem.Lower[i] < -found.Dual[i]) active.Add((i, problem.Lower[i]));
            else if (problem.Upper[i] - value < found.Dual[i]) active.Add((i, problem.Upper[i]));
        }
        var size = n + active.Count;
        var (system, matrix) = (new double[size * size], new double[size * size]);
        for (var j = 0; j < n; j++) problem.P.AsSpan(j * n, n).CopyTo(system.AsSpan(j * size));
        for (var k = 0; k < active.Count; k++)
        {
            for (var j = 0; j < n; j++) system[(n + k) * size + j] = system[j * size + n + k] = problem.A[active[k].Row * n + j];
        }
        var (right, solution, step) = (new double[size], new double[size], new double[size]);
        for (var j = 0; j < n; j++) right[j] = -problem.Q[j];
        for (var k = 0; k < active.Count; k++) right[n + k] = active[k].Bound;
        for (var round = 0; round <= Refinements; round++)
        {
            system.CopyTo(matrix, 0);
            for (var j = 0; j < size; j++) matrix[j * size + j] += j < n ? Regularization : -Regularization;
            Dense.Multiply(system, solution, step);
            for (var j = 0; j < size; j++) step[j] = right[j] - step[j];
            if (!Dense.Solve(matrix, step)) return found;
            for (var j = 0; j < size; j++) solution[j] += step[j];
        }
        var (x, y) = (solution[..n], new double[problem.Rows]);
        for (var k = 0; k < active.Count; k++) y[active[k].Row] = solution[n + k];
        var (was, now) = (QpResiduals.Of(problem, found.X, found.Dual), QpResiduals.Of(problem, x, y));
        if (!double.IsFinite(now.Primal + now.Dual) || now.Primal > was.Primal + 1e-14 || now.Dual > was.Dual + 1e-14) return found;
        return found with
        {
            Status = now.Within(tolerance) ? QpStatus.Solved : found.Status,
            X = x,
            Dual = y,
            Objective = problem.Objective(x),
            PrimalResidual = now.Primal,
            DualResidual = now.Dual,
        };
    }
}
