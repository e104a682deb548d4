using Granary.Optimization.Nsga3;
using Granary.Optimization.Nsga3.Problems;

namespace Granary.Optimization.Tests.Nsga3;

public class BadProblemTests
{
    /// <summary>Two objectives of one variable, spoiled by what it is given.</summary>
    private sealed class Spoiled(Func<double, double> first, Func<double, double>? constraint = null) : IProblem
    {
        public int Variables => 1;
        public int Objectives => 2;
        public int Constraints => constraint is null ? 0 : 1;

        public void Bounds(Span<double> lower, Span<double> upper) => (lower[0], upper[0]) = (0, 1);

        public void Evaluate(ReadOnlySpan<double> x, Span<double> objectives, Span<double> constraints)
        {
            (objectives[0], objectives[1]) = (first(x[0]), 1 - x[0]);
            if (constraint is not null) constraints[0] = constraint(x[0]);
        }
    }

    private static Front Run(IProblem problem, ConstraintHandling handling = ConstraintHandling.Feasibility) =>
        new Nsga3Run(problem, ReferencePoints.DasDennis(2, 10), new Nsga3Options { Generations = 40, Constraints = handling }, 5).Run();

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Points_without_a_finite_value_are_in_no_result(double bad)
    {
        var front = Run(new Spoiled(x => x < 0.5 ? bad : x));
        Assert.True(front.Feasible);
        Assert.All(front.Solutions, s => Assert.All(s.Objectives, f => Assert.True(double.IsFinite(f))));
        Assert.InRange(front.Solutions.Min(s => s.Variables[0]), 0.5, 0.51);
    }

    [Fact]
    public void Nothing_finite_gives_an_empty_result() => Assert.Empty(Run(new Spoiled(_ => double.NaN)).Solutions);

    [Theory]
    [InlineData(ConstraintHandling.Feasibility)]
    [InlineData(ConstraintHandling.Penalty)]
    public void Without_a_feasible_point_the_least_violation_is_told(ConstraintHandling handling)
    {
        var front = Run(new Spoiled(x => x, x => 1 + x), handling);
        Assert.False(front.Feasible);
        Assert.InRange(Assert.Single(front.Solutions).Violation, 1, 1.01);
    }

    [Fact]
    public void One_value_everywhere_is_no_trouble()
    {
        var front = Run(new Spoiled(_ => 3));
        Assert.All(front.Solutions, s => Assert.Equal(3, s.Objectives[0]));
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        var points = ReferencePoints.DasDennis(3, 4);
        var problem = new Dtlz(2, 3);
        Assert.Contains("objectives", Assert.Throws<ArgumentException>(() => new Nsga3Run(new Dtlz(2, 5), points, new Nsga3Options(), 1)).Message);
        foreach (var options in new Nsga3Options[]
        {
            new() { Generations = -1 }, new() { Population = 2 }, new() { CrossoverProbability = double.NaN }, new() { MutationIndex = 0 }, new() { MutationProbability = 2 },
            new() { PenaltyWeight = double.PositiveInfinity },
        })
            Assert.Throws<ArgumentException>(() => new Nsga3Run(problem, points, options, 1));
        Assert.Throws<ArgumentException>(() => new Nsga3Run(problem, points, new Nsga3Options(), 1, [[0.5]]));
    }
}
