using Granary.Optimization.Live;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Live;

public class PoolScalingTests
{
    /// <summary>A load that swings between 10 and 90 cores in 40 samples, with noise.</summary>
    private static double Swing(int t, RandomStream random) => Math.Max(0, 50 + 40 * Math.Sin(2 * Math.PI * t / 40) + random.Normal());

    [Fact]
    public void A_forecast_that_knows_the_swing_wins_its_trial_and_is_followed_where_the_reactive_rule_comes_late()
    {
        var (scaling, random, nodes) = (new PoolScaling(new PoolScalingOptions { CoolDown = 0 }), new RandomStream(3), 10);
        PoolScalingAdvice? advice = null;
        for (var t = 0; t < 2_000; t++)
        {
            double[] change = [.. Enumerable.Range(1, 30).Select(k => 40 * Math.Sin(2 * Math.PI * (t + k) / 40) - 40 * Math.Sin(2 * Math.PI * t / 40))];
            scaling.Observe(Swing(t, random), nodes, 8, change);
            advice = scaling.Advise();
            if (t == 40) Assert.Equal("reactive", advice!.Method);
        }
        Assert.Contains(advice!.Method, new[] { "predictive", "mpc" });
        var (reactive, best) = (advice.Methods.Single(m => m.Name == "reactive"), advice.Methods.Single(m => m.Name == advice.Method));
        Assert.True(best.Acting && best.Cost < 0.8 * reactive.Cost, $"{best} {reactive}");
        Assert.True(best.Short < reactive.Short, $"{best} {reactive}");
        Assert.InRange(best.Right + best.Short + best.Over, 0.999, 1.001);
    }

    [Fact]
    public void A_steady_load_is_served_by_what_there_is_and_a_change_cools_down()
    {
        var scaling = new PoolScaling(new PoolScalingOptions());
        Assert.Null(scaling.Advise());
        for (var t = 0; t < 100; t++) scaling.Observe(20, 3, 8); // 24 cores, planned for 20.4
        var advice = scaling.Advise()!;
        Assert.Equal((3, 3, 0.0, 0, "what there is serves the load"), (advice.Nodes, advice.Recommended, advice.CostPerHour, advice.CoolingSteps, advice.Reason));
        for (var t = 0; t < 20; t++) scaling.Observe(60, 3, 8);
        advice = scaling.Advise()!;
        Assert.Equal((9, 48.0), (advice.Recommended, advice.CostPerHour)); // 60 / (8 * 0.85) = 8.8
        scaling.Observe(60, 5, 8);
        advice = scaling.Advise()!;
        Assert.Equal((5, 30, "9 nodes would be right, but the last change is too recent"), (advice.Recommended, advice.CoolingSteps + 1, advice.Reason));
    }

    [Fact]
    public void What_was_recommended_is_held_against_what_would_have_been_right()
    {
        var scaling = new PoolScaling(new PoolScalingOptions { CoolDown = 0 });
        scaling.Observe(10, 2, 8);
        scaling.Advise(); // reactive: two
        for (var t = 0; t < 30; t++) scaling.Observe(100, 2, 8);
        var reactive = scaling.Advise()!.Methods[0];
        Assert.Equal((1, 0.0, 1.0, 0.0), (reactive.Judged, reactive.Right, reactive.Short, reactive.Over));
        Assert.True(reactive.Cost > 1);
    }

    [Fact]
    public void A_trial_goes_on_from_what_was_kept()
    {
        var (first, random) = (new PoolScaling(new PoolScalingOptions { CoolDown = 0 }), new RandomStream(3));
        for (var t = 0; t < 300; t++)
        {
            first.Observe(Swing(t, random), 10, 8);
            first.Advise();
        }
        var second = new PoolScaling(new PoolScalingOptions());
        foreach (var name in second.Contest.Names) second.Contest.Restore(name, first.Contest.Pairs(name));
        Assert.Equal(first.Contest.Trial("mpc").Advantage, second.Contest.Trial("mpc").Advantage);
        Assert.True(second.Contest.Trial("mpc").Pairs > 200);
    }

    [Theory]
    [InlineData(double.NaN, 1, 8)]
    [InlineData(-1, 1, 8)]
    [InlineData(double.PositiveInfinity, 1, 8)]
    [InlineData(1, -1, 8)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 1, double.NaN)]
    public void Numbers_that_cannot_be_are_refused(double load, int nodes, double cores) =>
        Assert.Throws<ArgumentException>(() => new PoolScaling(new PoolScalingOptions()).Observe(load, nodes, cores));

    [Fact]
    public void A_pool_without_nodes_is_told_how_many_it_needs()
    {
        var scaling = new PoolScaling(new PoolScalingOptions { MaxNodes = 4 });
        for (var t = 0; t < 3; t++) scaling.Observe(1e6, 0, 8);
        Assert.Equal(4, scaling.Advise()!.Recommended);
        Assert.Throws<ArgumentException>(() => scaling.Observe(1, 1, 8, [double.NaN]));
        Assert.Throws<ArgumentException>(() => new PoolScaling(new PoolScalingOptions { Lead = 30 }));
    }
}
