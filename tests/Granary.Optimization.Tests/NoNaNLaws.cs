using FsCheck;
using FsCheck.Fluent;
using Granary.Optimization.Control;
using Granary.Optimization.Nsga3;
using Granary.Optimization.Online;
using Granary.Optimization.Plans;
using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;
using Granary.Optimization.Scaling;

namespace Granary.Optimization.Tests;

/// <summary>Whatever goes in, what comes out is finite, or a one-line error says what was wrong. Each entry is given numbers of every odd kind.</summary>
public class NoNaNLaws
{
    private static readonly double[] Odd =
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, -1, 1, 0.3, 2, 5, 1e-300, 1e300, -1e300, double.Epsilon, double.MaxValue, 1e9, 1e-9,
    ];

    [Fact]
    public void Quadratic_programs() => ForAll(300, random =>
    {
        var (n, m) = (1 + random.Below(3), random.Below(4));
        var result = QpSolver.Solve(new QuadraticProgram(Numbers(random, n * n), Numbers(random, n), Numbers(random, m * n), Numbers(random, m), Numbers(random, m)), new QpOptions { MaxIterations = 500 });
        return [.. result.X, .. result.Dual, result.Objective, result.PrimalResidual, result.DualResidual];
    });

    [Fact]
    public void Diagonal_quadratic_programs_of_any_size_of_number() => ForAll(300, random =>
    {
        var n = 1 + random.Below(3);
        var (p, a) = (new double[n * n], new double[n * n]);
        for (var i = 0; i < n; i++) (p[i * n + i], a[i * n + i]) = (Math.Abs(Number(random)), 1);
        var result = QpSolver.Solve(new QuadraticProgram(p, Numbers(random, n), a, [.. Enumerable.Repeat(-1.0, n)], Numbers(random, n)), new QpOptions { MaxIterations = 500 });
        return [.. result.X, .. result.Dual, result.Objective, result.PrimalResidual, result.DualResidual];
    });

    [Fact]
    public void Shares() => ForAll(400, random =>
    {
        var n = 1 + random.Below(4);
        var set = new ShareSet(Numbers(random, n), Numbers(random, n), Number(random));
        var controller = new ShareController(set, Numbers(random, n), (OnlineMethod)random.Below(2));
        for (var t = 0; t < 20; t++) controller.Observe(Numbers(random, n));
        return [.. controller.Shares];
    });

    [Fact]
    public void Steps_of_any_gradient() => ForAll(400, random =>
    {
        var set = new ShareSet([0.1, 0.1, 0.1], [1, 1, 1], 1);
        StepRule rule = random.Below(2) == 0 ? new StepRule.Constant(Number(random)) : new StepRule.Shrinking(Number(random));
        IOnlineOptimizer optimizer = random.Below(2) == 0 ? new ProjectedGradient(set, rule) : new MirrorDescent(set, rule);
        for (var t = 0; t < 10; t++) optimizer.Observe([.. Enumerable.Range(0, 3).Select(_ => Odd[3 + random.Below(Odd.Length - 3)] is var g && Math.Abs(g) > 1e30 ? 1e30 : g)]);
        return [.. optimizer.Point];
    });

    [Fact]
    public void Plans() => ForAll(150, random =>
    {
        PlanAgent[] agents = [.. Enumerable.Range(0, 1 + random.Below(4)).Select(i => new PlanAgent($"a{i}", Number(random), Number(random), Number(random), Number(random), random.Below(2) == 0 ? null : Number(random)))];
        var front = AllocationPlanner.Search(new AllocationProblem(agents, Number(random)), 1, new PlannerOptions { Generations = 2, Divisions = 2 });
        return [.. front.Plans.SelectMany(p => p.Allocation.Concat(p.Objectives.ToArray())), .. front.Progress.Select(p => p.Hypervolume)];
    });

    [Fact]
    public void Max_min_shares() => ForAll(300, random =>
    {
        PlanAgent[] agents = [new("a", 1, 1, 1 + random.Uniform()), new("b", 1, 1, 1, 0.5), new("c", 1, 1, 2, 0, 3)];
        var shares = MaxMinShares.Allocate(agents, 4, Numbers(random, 3));
        Assert.InRange(shares.Sum(), 0, 4 + 1e-9);
        return shares;
    });

    [Fact]
    public void Scaling_advice_and_control() => ForAll(200, random =>
    {
        var options = new ScalingOptions { UnitCapacity = Number(random), Target = 0.8, Lead = TimeSpan.FromMinutes(1) };
        var advice = new ScalingAdvisor(options).Recommend(0, random.Below(10), new ForecastBand(Numbers(random, 2), [0, Number(random)], [Number(random), 5], 0.9), TimeSpan.FromMinutes(1));
        var verdict = ScalingReview.Judge(advice, Numbers(random, 3), options);
        return [advice.CostPerHour, advice.Peak, verdict.Coverage, verdict.CostWith, verdict.CostWithout];
    });

    [Fact]
    public void Bandits_bounds_and_estimates() => ForAll(300, random =>
    {
        var bound = new EmpiricalBernstein(-1, 1, 0.05);
        var bandit = new EpsilonGreedy(2, new EpsilonGreedyOptions(), 1);
        for (var t = 0; t < 5; t++)
        {
            bound.Add(Number(random));
            bandit.Reward(bandit.Choose(), Number(random));
        }
        var estimate = OffPolicy.Estimate(Numbers(random, 4), Numbers(random, 4));
        return [bound.Lower, bound.Upper, bound.Mean, .. bandit.Means, estimate.Value, estimate.Deviation, estimate.EffectiveSize];
    });

    [Fact]
    public void Hypervolumes() => ForAll(300, random => [Hypervolume.Of([Numbers(random, 2), Numbers(random, 2)], Numbers(random, 2))]);

    /// <summary>Mostly plain numbers, so that some calls get through.</summary>
    private static double Number(RandomStream random) => random.Uniform() < 0.75 ? random.Below(20) / 4.0 : Odd[random.Below(Odd.Length)];

    private static double[] Numbers(RandomStream random, int count) => [.. Enumerable.Range(0, count).Select(_ => Number(random))];

    private static void ForAll(int runs, Func<RandomStream, double[]> run)
    {
        var answered = 0;
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            try
            {
                var values = run(new RandomStream(seed));
                answered++;
                return values.All(double.IsFinite);
            }
            catch (Exception refused) when (refused is ArgumentException or InfeasibleException)
            {
                return !refused.Message.Contains('\n', StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(17, 1));
        Assert.True(answered > 0, "no call got through, so nothing was tried");
    }
}
