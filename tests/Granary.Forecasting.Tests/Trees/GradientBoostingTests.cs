using Granary.Forecasting.Trees;

namespace Granary.Forecasting.Tests.Trees;

public sealed class GradientBoostingTests
{
    [Fact]
    public void A_step_is_found_where_it_is()
    {
        var rows = Enumerable.Range(0, 200).Select(n => n / 200f).ToArray();
        var model = GradientBoosting.Fit(rows, 1, [.. rows.Select(x => x <= 0.37f ? -1f : 3f)], options: new() { Bins = 256, Penalty = 0, MaxTrees = 150 });
        Assert.Equal(-1, model.Predict([0.2f]), 0.01);
        Assert.Equal(-1, model.Predict([0.35f]), 0.05);
        Assert.Equal(3, model.Predict([0.39f]), 0.05);
        Assert.Equal(3, model.Predict([1000f]), 0.01);
    }

    [Fact]
    public void Friedmans_function_is_learned()
    {
        // Friedman, "Multivariate adaptive regression splines", 1991: five features matter, five do not; noise of deviation 1
        var random = new Random(1);
        var (rows, targets) = Friedman(4000, random, 1);
        var model = GradientBoosting.Fit(rows, 10, targets, 600, new() { MaxTrees = 400, Shrinkage = 0.1 });
        var (fresh, truth) = Friedman(2000, random, 0);
        var mean = truth.Average();
        var (error, spread) = (0.0, 0.0);
        for (var n = 0; n < truth.Length; n++)
        {
            error += Math.Pow(model.Predict(fresh.AsSpan(n * 10, 10)) - truth[n], 2);
            spread += Math.Pow(truth[n] - mean, 2);
        }
        Assert.True(error < 0.04 * spread, $"{error / spread:P1} of the variance is unexplained");
    }

    [Fact]
    public void Where_nothing_can_be_learned_validation_keeps_the_mean()
    {
        var random = new Random(2);
        var rows = Enumerable.Range(0, 900).Select(_ => (float)random.NextDouble()).ToArray();
        var targets = Enumerable.Range(0, 300).Select(_ => (float)random.NextDouble()).ToArray();
        var model = GradientBoosting.Fit(rows, 3, targets, 100);
        Assert.InRange(model.Trees, 0, 8);
        Assert.Equal(targets.Average(), model.Predict([0.5f, 0.5f, 0.5f]), 0.1);
    }

    [Fact]
    public void The_same_seed_grows_the_same_trees()
    {
        var (rows, targets) = Friedman(300, new Random(1), 1);
        var (a, b, c) = (Grow(1), Grow(1), Grow(2));
        Assert.Equal(a, b);
        Assert.NotEqual(a, c);

        float Grow(int seed) => GradientBoosting.Fit(rows, 10, targets, options: new() { MaxTrees = 10, Seed = seed }).Predict(rows.AsSpan(0, 10));
    }

    [Fact]
    public void Input_that_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => GradientBoosting.Fit([1, 2, 3], 2, [1]));
        Assert.Throws<ArgumentException>(() => GradientBoosting.Fit([], 1, []));
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => GradientBoosting.Fit([float.NaN], 1, [1])).Message);
        Assert.Contains("Leaves", Assert.Throws<ArgumentException>(() => GradientBoosting.Fit([1], 1, [1], options: new() { Leaves = 1 })).Message);
    }

    private static (float[] Rows, float[] Targets) Friedman(int count, Random random, double noise)
    {
        var (rows, targets) = (new float[count * 10], new float[count]);
        for (var n = 0; n < count; n++)
        {
            var x = rows.AsSpan(n * 10, 10);
            foreach (ref var value in x) value = (float)random.NextDouble();
            targets[n] = (float)((10 * Math.Sin(Math.PI * x[0] * x[1])) + (20 * Math.Pow(x[2] - 0.5, 2)) + (10 * x[3]) + (5 * x[4]) + (noise * Neural.Signals.Normal(random)));
        }
        return (rows, targets);
    }
}
