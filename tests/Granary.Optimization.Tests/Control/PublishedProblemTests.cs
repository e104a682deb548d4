using Granary.Optimization.Control;

namespace Granary.Optimization.Tests.Control;

/// <summary>
/// Small problems with known optima, as numbered in Hock and Schittkowski, "Test examples for nonlinear programming codes" (1981), and kept in the quadratic
/// programs of Maros and Meszaros (1999) under the same names; GENHS28, TAME and ZECEVIC2 from the latter.
/// </summary>
public class PublishedProblemTests
{
    private const double Free = double.PositiveInfinity;

    private static readonly Dictionary<string, (QuadraticProgram Problem, double Constant, double Optimum)> Problems = new()
    {
        ["HS21"] = (Make([[0.02, 0], [0, 2]], [0, 0], [([10, -1], 10, Free), ([1, 0], 2, 50), ([0, 1], -50, 50)]), -100, -99.96),
        ["HS35"] = (Hs35(Free), 9, 1.0 / 9),
        ["HS35MOD"] = (Hs35(0.5), 9, 0.25),
        ["HS51"] = (Squares(5, [([1, -1, 0, 0, 0], 0), ([0, 1, 1, 0, 0], 2), ([0, 0, 0, 1, 0], 1), ([0, 0, 0, 0, 1], 1)],
            [([1, 3, 0, 0, 0], 4, 4), ([0, 0, 1, 1, -2], 0, 0), ([0, 1, 0, 0, -1], 0, 0)]), 6, 0),
        ["HS52"] = (Squares(5, [([4, -1, 0, 0, 0], 0), ([0, 1, 1, 0, 0], 2), ([0, 0, 0, 1, 0], 1), ([0, 0, 0, 0, 1], 1)],
            [([1, 3, 0, 0, 0], 0, 0), ([0, 0, 1, 1, -2], 0, 0), ([0, 1, 0, 0, -1], 0, 0)]), 6, 1859.0 / 349),
        ["HS53"] = (Squares(5, [([1, -1, 0, 0, 0], 0), ([0, 1, 1, 0, 0], 2), ([0, 0, 0, 1, 0], 1), ([0, 0, 0, 0, 1], 1)],
            [([1, 3, 0, 0, 0], 0, 0), ([0, 0, 1, 1, -2], 0, 0), ([0, 1, 0, 0, -1], 0, 0), .. Box(5, -10, 10)]), 6, 176.0 / 43),
        ["HS76"] = (Make([[2, 0, -1, 0], [0, 1, 0, 0], [-1, 0, 2, 1], [0, 0, 1, 1]], [-1, -3, 1, -1],
            [([1, 2, 1, 1], -Free, 5), ([3, 1, 2, -1], -Free, 4), ([0, 1, 4, 0], 1.5, Free), .. Box(4, 0, Free)]), 0, -4.681818181818),
        ["HS118"] = (Hs118(), 0, 664.82045),
        ["GENHS28"] = (Squares(10, [.. Enumerable.Range(0, 9).Select(i => (Row(10, (i, 1), (i + 1, 1)), 0.0))],
            [.. Enumerable.Range(0, 8).Select(i => (Row(10, (i, 1), (i + 1, 2), (i + 2, 3)), 1.0, 1.0))]), 0, 0.92717369),
        ["TAME"] = (Squares(2, [([1, -1], 0)], [([1, 1], 1, 1), .. Box(2, 0, Free)]), 0, 0),
        ["ZECEVIC2"] = (Make([[0, 0], [0, 4]], [-2, -3], [([1, 1], -Free, 2), ([1, 4], -Free, 4), .. Box(2, 0, 10)]), 0, -4.125),
    };

    public static TheoryData<string> Names => [.. Problems.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_published_optimum_is_found(string name)
    {
        var (problem, constant, optimum) = Problems[name];
        var result = QpSolver.Solve(problem);
        Assert.Equal(QpStatus.Solved, result.Status);
        Assert.InRange(result.Objective + constant, optimum - 1e-6 * (1 + Math.Abs(optimum)), optimum + 1e-6 * (1 + Math.Abs(optimum)));
        KktLaws.AssertOptimal(problem, result, 1e-6);
    }

    private static QuadraticProgram Hs35(double second) => Make([[4, 2, 2], [2, 4, 0], [2, 0, 2]], [-8, -6, -4],
        [([1, 1, 2], -Free, 3), ([1, 0, 0], 0, Free), ([0, 1, 0], second is Free ? 0 : second, second), ([0, 0, 1], 0, Free)]);

    private static QuadraticProgram Hs118()
    {
        double[] linear = [2.3, 1.7, 2.2], square = [0.0002, 0.0002, 0.0003], most = [90, 120, 60], change = [13, 14, 13], need = [60, 50, 70, 85, 100];
        double[] low = [8, 43, 3], high = [21, 57, 16];
        var (p, q, rows) = (new double[15][], new double[15], new List<(double[], double, double)>());
        for (var i = 0; i < 15; i++)
        {
            p[i] = Row(15, (i, square[i % 3]));
            q[i] = linear[i % 3];
            rows.Add(i < 3 ? (Row(15, (i, 1)), low[i], high[i]) : (Row(15, (i, 1)), 0, most[i % 3]));
            if (i >= 3) rows.Add((Row(15, (i, 1), (i - 3, -1)), -7, change[i % 3] - 7));
        }
        for (var k = 0; k < 5; k++) rows.Add((Row(15, (3 * k, 1), (3 * k + 1, 1), (3 * k + 2, 1)), need[k], Free));
        return Make(p, q, [.. rows]);
    }

    private static double[] Row(int n, params (int At, double Value)[] values)
    {
        var row = new double[n];
        foreach (var (at, value) in values) row[at] = value;
        return row;
    }

    private static (double[], double, double)[] Box(int n, double low, double high) => [.. Enumerable.Range(0, n).Select(i => (Row(n, (i, 1)), low, high))];

    /// <summary>The sum of (a'x - b)², without the constant sum of b².</summary>
    private static QuadraticProgram Squares(int n, (double[] A, double B)[] terms, (double[], double, double)[] rows)
    {
        var (p, q) = (Enumerable.Range(0, n).Select(_ => new double[n]).ToArray(), new double[n]);
        foreach (var (a, b) in terms)
        {
            for (var i = 0; i < n; i++)
            {
                q[i] -= 2 * b * a[i];
                for (var j = 0; j < n; j++) p[i][j] += 2 * a[i] * a[j];
            }
        }
        return Make(p, q, rows);
    }

    internal static QuadraticProgram Make(double[][] p, double[] q, (double[] Row, double Low, double High)[] rows) =>
        new([.. p.SelectMany(r => r)], q, [.. rows.SelectMany(r => r.Row)], [.. rows.Select(r => r.Low)], [.. rows.Select(r => r.High)]);
}
