using Granary.Optimization.Control;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Control;

/// <summary>Every answer keeps the conditions of Karush, Kuhn and Tucker, which for a convex problem are those of an optimum.</summary>
public class KktLaws
{
    [Fact]
    public void Random_feasible_problems_end_at_an_optimum()
    {
        var random = new RandomStream(17);
        for (var round = 0; round < 150; round++)
        {
            var (n, m) = (1 + random.Below(25), random.Below(40));
            var rank = 1 + random.Below(n);
            var scale = Math.Exp(2 * random.Normal());
            var factor = Enumerable.Range(0, rank * n).Select(_ => random.Normal()).ToArray();
            var p = new double[n * n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    for (var k = 0; k < rank; k++) p[i * n + j] += scale * factor[k * n + i] * factor[k * n + j];
                }
            }
            // Boxes make every problem bounded; rows go round a point, so that every problem is feasible.
            var inside = Enumerable.Range(0, n).Select(_ => random.Normal()).ToArray();
            var (rows, lower, upper) = (new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < m + n; i++)
            {
                var row = new double[n];
                if (i >= m) row[i - m] = 1;
                else for (var j = 0; j < n; j++) row[j] = random.Uniform() < 0.5 ? random.Normal() : 0;
                var value = row.Zip(inside).Sum(v => v.First * v.Second);
                var kind = i >= m ? 0 : random.Below(4);
                rows.AddRange(row);
                lower.Add(kind == 1 ? double.NegativeInfinity : kind == 3 ? value : value - random.Uniform());
                upper.Add(kind == 2 ? double.PositiveInfinity : kind == 3 ? value : value + random.Uniform());
            }
            if (lower.Zip(upper).Take(m).Count(b => b.First == b.Second) >= n) continue; // as many equations as variables: another test
            var problem = new QuadraticProgram(p, [.. Enumerable.Range(0, n).Select(_ => 3 * random.Normal())], [.. rows], [.. lower], [.. upper]);
            var result = QpSolver.Solve(problem);
            Assert.True(result.Status == QpStatus.Solved, $"{result.Status} in round {round}: {n} variables, {m} rows, residuals {result.PrimalResidual} {result.DualResidual}");
            AssertOptimal(problem, result, 1e-4);
        }
    }

    [Fact]
    public void A_start_changes_the_way_and_not_the_answer()
    {
        var problem = PublishedProblemTests.Make([[4, 2, 2], [2, 4, 0], [2, 0, 2]], [-8, -6, -4], [([1, 1, 2], double.NegativeInfinity, 3)]);
        var (cold, warm) = (QpSolver.Solve(problem), QpSolver.Solve(problem, start: new QpResult(QpStatus.Solved, [1.3, 0.8, 0.4], [0.1], 0, 0, 0, 0)));
        Assert.All(cold.X.Zip(warm.X), p => Assert.Equal(p.First, p.Second, 6));
        Assert.Equal(cold.X, QpSolver.Solve(problem).X);
    }

    internal static void AssertOptimal(QuadraticProgram problem, QpResult result, double tolerance)
    {
        var n = problem.Variables;
        var (size, gradient) = (1 + result.X.Max(Math.Abs) + problem.P.Max(Math.Abs) * result.X.Max(Math.Abs) + problem.Q.Max(Math.Abs), new double[n]);
        for (var j = 0; j < n; j++)
        {
            gradient[j] = problem.Q[j];
            for (var k = 0; k < n; k++) gradient[j] += problem.P[j * n + k] * result.X[k];
        }
        for (var i = 0; i < problem.Rows; i++)
        {
            var (value, dual) = (0.0, result.Dual[i]);
            for (var j = 0; j < n; j++)
            {
                value += problem.A[i * n + j] * result.X[j];
                gradient[j] += problem.A[i * n + j] * dual;
            }
            Assert.InRange(value, problem.Lower[i] - tolerance * size, problem.Upper[i] + tolerance * size);
            // A row that is not at a bound has no multiplier, and one at a bound pulls inwards.
            if (dual > tolerance * size) Assert.InRange(problem.Upper[i] - value, -tolerance * size, tolerance * size);
            if (dual < -tolerance * size) Assert.InRange(value - problem.Lower[i], -tolerance * size, tolerance * size);
        }
        Assert.All(gradient, g => Assert.InRange(g, -tolerance * size, tolerance * size));
    }
}
