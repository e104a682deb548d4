using Granary.Optimization.Online;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Online;

/// <summary>Regret against the best fixed point is within the bound, whatever the losses: random, drifting, and made by an adversary.</summary>
public class RegretLaws
{
    [Theory]
    [InlineData(OnlineMethod.ProjectedGradient, false)]
    [InlineData(OnlineMethod.ProjectedGradient, true)]
    [InlineData(OnlineMethod.MirrorDescent, false)]
    [InlineData(OnlineMethod.MirrorDescent, true)]
    public void Linear_losses(OnlineMethod method, bool constant)
    {
        var random = new RandomStream(42);
        var tightest = double.PositiveInfinity;
        for (var round = 0; round < 120; round++)
        {
            var (count, rounds, kind) = (2 + random.Below(12), 20 + random.Below(400), random.Below(3));
            var set = ShareSetLaws.Any(random, count, 0.01 / count);
            StepRule rule = constant ? new StepRule.Constant(0.3 / Math.Sqrt(rounds)) : new StepRule.Shrinking(method == OnlineMethod.ProjectedGradient ? Math.Sqrt(count) : 1);
            IOnlineOptimizer optimizer = method == OnlineMethod.ProjectedGradient ? new ProjectedGradient(set, rule) : new MirrorDescent(set, rule);
            var (sum, loss, largest) = (new double[count], 0.0, 0.0);
            for (var t = 0; t < rounds; t++)
            {
                var gradient = new double[count];
                for (var i = 0; i < count; i++)
                {
                    gradient[i] = kind switch
                    {
                        0 => 2 * random.Uniform() - 1,
                        1 => Math.Sin(t / 20.0 + i),
                        _ => optimizer.Point[i] > set.Total / count ? 1 : -1, // against whoever has more
                    };
                    loss += gradient[i] * optimizer.Point[i];
                    sum[i] += gradient[i];
                }
                largest = Math.Max(largest, method == OnlineMethod.ProjectedGradient ? Math.Sqrt(gradient.Sum(g => g * g)) : gradient.Max(Math.Abs));
                optimizer.Observe(gradient);
                ShareSetLaws.AssertMember(set, optimizer.Point);
            }
            var regret = loss - Best(set, sum);
            var bound = optimizer.RegretBound(rounds, largest);
            Assert.True(regret <= bound, $"regret {regret} over {bound} ({count} shares, {rounds} rounds, losses of kind {kind})");
            tightest = Math.Min(tightest, bound - regret);
        }
        Assert.True(tightest < 50, "a bound that nothing comes near says nothing");
    }

    [Theory]
    [InlineData(OnlineMethod.ProjectedGradient)]
    [InlineData(OnlineMethod.MirrorDescent)]
    public void The_loss_of_demand(OnlineMethod method)
    {
        var random = new RandomStream(3);
        for (var round = 0; round < 20; round++)
        {
            var (count, rounds) = (2 + random.Below(8), 200 + random.Below(400));
            var set = ShareSetLaws.Any(random, count, 0.01 / count);
            var loss = new DemandLoss(Enumerable.Range(0, count).Select(_ => 0.5 + random.Uniform()).ToArray(), set.Total);
            var reach = method == OnlineMethod.ProjectedGradient ? loss.Smoothness * set.Total * Math.Sqrt(count) : loss.Smoothness * set.Total;
            var rule = new StepRule.Shrinking(reach);
            IOnlineOptimizer optimizer = method == OnlineMethod.ProjectedGradient ? new ProjectedGradient(set, rule) : new MirrorDescent(set, rule);
            var demands = Enumerable.Range(0, rounds).Select(_ => Enumerable.Range(0, count).Select(_ => set.Total * random.Uniform()).ToArray()).ToArray();
            var (played, gradient) = (0.0, new double[count]);
            foreach (var demand in demands)
            {
                played += loss.Value(optimizer.Point, demand);
                loss.Gradient(optimizer.Point, demand, gradient);
                optimizer.Observe(gradient);
            }
            var best = BestFixed(set, loss, demands);
            Assert.InRange(played - best, double.NegativeInfinity, optimizer.RegretBound(rounds, reach));
        }
    }

    /// <summary>The least of a linear function over the set: the cheapest shares filled first.</summary>
    private static double Best(ShareSet set, double[] costs)
    {
        var left = set.Total;
        foreach (var lower in set.Lower) left -= lower;
        var value = costs.Select((c, i) => c * set.Lower[i]).Sum();
        foreach (var i in Enumerable.Range(0, set.Count).OrderBy(i => costs[i]))
        {
            var take = Math.Min(left, set.Upper[i] - set.Lower[i]);
            value += costs[i] * take;
            left -= take;
        }
        return value;
    }

    private static double BestFixed(ShareSet set, DemandLoss loss, double[][] demands)
    {
        var (x, sum, gradient) = (new double[set.Count], new double[set.Count], new double[set.Count]);
        set.Center(x);
        for (var step = 0; step < 300; step++)
        {
            sum.AsSpan().Clear();
            foreach (var demand in demands)
            {
                loss.Gradient(x, demand, gradient);
                for (var i = 0; i < x.Length; i++) sum[i] += gradient[i] / demands.Length;
            }
            for (var i = 0; i < x.Length; i++) x[i] -= sum[i] / loss.Smoothness;
            set.Project(x);
        }
        return demands.Sum(d => loss.Value(x, d));
    }
}
