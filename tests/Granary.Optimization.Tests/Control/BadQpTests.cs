using Granary.Optimization.Control;

namespace Granary.Optimization.Tests.Control;

public class BadQpTests
{
    private const double Free = double.PositiveInfinity;

    private static QpStatus Status(double[][] p, double[] q, params (double[], double, double)[] rows)
    {
        var result = QpSolver.Solve(PublishedProblemTests.Make(p, q, rows));
        Assert.All(result.X.Concat(result.Dual).Append(result.Objective), v => Assert.True(double.IsFinite(v)));
        return result.Status;
    }

    [Fact]
    public void Rows_that_contradict_each_other_are_infeasible()
    {
        Assert.Equal(QpStatus.Infeasible, Status([[1, 0], [0, 1]], [0, 0], ([1, 1], 3, Free), ([1, 0], -Free, 1), ([0, 1], -Free, 1)));
        Assert.Equal(QpStatus.Infeasible, Status([[0, 0], [0, 0]], [1, -1], ([1, -1], 1, 1), ([1, -1], 2, 2)));
        Assert.Equal(QpStatus.Infeasible, Status([[1]], [0], ([1], 2, 1)));
        Assert.Equal(QpStatus.Infeasible, Status([[1]], [0], ([0], 1, 2)));
    }

    [Fact]
    public void Objectives_that_fall_without_end_are_unbounded()
    {
        Assert.Equal(QpStatus.Unbounded, Status([[0]], [1]));
        Assert.Equal(QpStatus.Unbounded, Status([[0, 0], [0, 2]], [-1, 0], ([1, 0], 0, Free)));
        Assert.Equal(QpStatus.Unbounded, Status([[1, -1], [-1, 1]], [-1, -1], ([1, -1], -2, 2)));
    }

    [Fact]
    public void Linear_programs_and_free_problems_are_solved()
    {
        Assert.Equal(QpStatus.Solved, Status([[0, 0], [0, 0]], [-1, -2], ([1, 1], -Free, 4), ([1, 3], -Free, 6), ([1, 0], 0, 3), ([0, 1], 0, Free)));
        Assert.Equal(QpStatus.Solved, Status([[2]], [-4]));
        Assert.Equal(QpStatus.Solved, Status([[0]], [0]));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Values_that_are_not_finite_are_named(double bad)
    {
        Assert.Contains("P", Assert.Throws<ArgumentException>(() => Status([[bad]], [0])).Message);
        Assert.Contains("q", Assert.Throws<ArgumentException>(() => Status([[1]], [bad])).Message);
        Assert.Contains("A", Assert.Throws<ArgumentException>(() => Status([[1]], [0], ([bad], 0, 1))).Message);
        Assert.Contains("row 0", Assert.Throws<ArgumentException>(() => Status([[1]], [0], ([1], bad, 1))).Message);
    }

    [Fact]
    public void What_is_not_convex_or_not_a_problem_is_refused()
    {
        Assert.Contains("convex", Assert.Throws<ArgumentException>(() => Status([[-1]], [0], ([1], -1, 1))).Message);
        Assert.Contains("convex", Assert.Throws<ArgumentException>(() => Status([[0, 1], [1, 0]], [0, 0])).Message);
        Assert.Contains("symmetric", Assert.Throws<ArgumentException>(() => Status([[1, 1], [0, 1]], [0, 0])).Message);
        Assert.Throws<ArgumentException>(() => QpSolver.Solve(new QuadraticProgram([], [], [], [], [])));
        Assert.Throws<ArgumentException>(() => QpSolver.Solve(new QuadraticProgram([1], [1], [1, 2], [0], [1])));
    }
}
