using Granary.Forecasting.Ensemble;

namespace Granary.Forecasting.Tests.Ensemble;

public sealed class AdaptiveConformalTests
{
    private static double Covered(AdaptiveConformal interval, IEnumerable<double> errors, int warmUp = 100)
    {
        var (hits, count, at) = (0, 0, 0);
        foreach (var error in errors)
        {
            if (at++ >= warmUp)
            {
                count++;
                if (Math.Abs(error) <= interval.HalfWidth) hits++;
            }
            interval.Observe(error);
        }
        return (double)hits / count;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void Errors_of_one_kind_are_covered_as_asked(double coverage)
    {
        var random = new Random(1);
        Assert.Equal(coverage, Covered(new(coverage), Enumerable.Range(0, 5000).Select(_ => Normal(random))), 0.015);
    }

    /// <summary>The paper's kind of problem: errors that grow threefold and shrink again. Split conformal intervals fail there; adaptive ones do not.</summary>
    [Fact]
    public void Errors_that_grow_are_covered_too()
    {
        double[] Errors()
        {
            var random = new Random(2);
            return [.. Enumerable.Range(0, 6000).Select(i => Normal(random) * Math.Exp(i / 1500.0))];
        }
        var (adaptive, split) = (Covered(new(0.9, 500, 0.02), Errors()), Covered(new(0.9, 500, 0), Errors()));
        Assert.Equal(0.9, adaptive, 0.01);
        Assert.True(split < 0.89, $"{split}");
    }

    [Fact]
    public void The_papers_bound_on_the_coverage_holds_for_any_errors()
    {
        // an adversary: each error is just outside of the interval as long as that is finite, so the level must answer
        var interval = new AdaptiveConformal(0.9, 50, 0.05);
        var random = new Random(3);
        var misses = 0;
        const int Rounds = 2000;
        for (var i = 0; i < Rounds; i++)
        {
            var error = random.Next(3) == 0 ? (interval.HalfWidth * 1.01) + 1e-3 : 0.1;
            if (error > 5) error = 5;
            if (i > 0 && error > interval.HalfWidth) misses++;
            interval.Observe(error);
        }
        Assert.InRange((double)misses / Rounds, 0, 0.1 + (1.05 / (0.05 * Rounds)) + 0.02);
    }

    [Fact]
    public void Nothing_known_is_no_width_and_no_error() => Assert.Equal(0, new AdaptiveConformal().HalfWidth);

    [Fact]
    public void What_is_no_number_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveConformal().Observe(double.NaN));
}
