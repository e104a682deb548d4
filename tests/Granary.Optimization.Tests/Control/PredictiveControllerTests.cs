using Granary.Optimization.Control;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Control;

public class PredictiveControllerTests
{
    private const int Lead = 6, Period = 180;

    private static readonly PredictiveOptions Options = new() { UnitCapacity = 10, Lead = Lead, MaxUnits = 100, Horizon = 15 };

    /// <summary>A load that swings, with noise: steps of ten seconds, half an hour a swing.</summary>
    private static double[] Swing(long seed, int steps = 900)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, steps).Select(t => Math.Max(0, 200 + 150 * Math.Sin(2 * Math.PI * t / Period) + 10 * random.Normal()))];
    }

    private static void Seasonal(ReadOnlySpan<double> history, Span<double> horizon)
    {
        for (var k = 0; k < horizon.Length; k++) horizon[k] = history.Length + k >= Period && history.Length > Period ? history[history.Length + k - Period] : history[^1];
    }

    private static void Last(ReadOnlySpan<double> history, Span<double> horizon) => horizon.Fill(history[^1]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Looking_ahead_costs_less_and_violates_less_than_a_threshold(long seed)
    {
        var load = Swing(seed);
        var planned = Replay(new PredictiveController(Options, Seasonal), load);
        Assert.InRange(planned.Planned, 0.99, 1);
        foreach (var target in new[] { 0.6, 0.7 })
        {
            var reactive = Replay(new ThresholdController(new ThresholdOptions { UnitCapacity = 10, Target = target, MaxUnits = 100 }), load);
            Assert.True(planned.Cost < reactive.Cost && planned.Waste < reactive.Waste, $"{planned} against {reactive}");
            Assert.True(planned.Violations < 0.1 && planned.Violations <= reactive.Violations + 0.05, $"{planned} against {reactive}");
        }
    }

    [Fact]
    public void Margins_make_it_robust_to_a_forecast_that_is_wrong()
    {
        var load = Swing(4);
        var bare = Replay(new PredictiveController(Options with { Quantile = 0.5 }, Last), load);
        var robust = Replay(new PredictiveController(Options with { Quantile = 0.98 }, Last), load);
        Assert.True(robust.Violations < 0.4 * bare.Violations, $"{robust} against {bare}");
    }

    [Fact]
    public void Without_history_or_with_a_broken_forecast_the_simple_rule_serves()
    {
        var load = Swing(5, 200);
        Assert.Equal(0, Replay(new PredictiveController(Options, (_, horizon) => horizon.Fill(double.NaN)), load).Planned);
        var controller = new PredictiveController(Options, Last);
        Assert.False(controller.Decide(new CapacityState(5, new int[Lead]), 40).Planned);
        Assert.Throws<ArgumentException>(() => controller.Decide(new CapacityState(5, new int[Lead]), double.NaN));
    }

    [Fact]
    public void Limits_are_kept_whatever_the_load()
    {
        var random = new RandomStream(6);
        var options = Options with { MinUnits = 3, MaxUnits = 20 };
        var controller = new PredictiveController(options, Last);
        var (ready, pending) = (3, new int[Lead]);
        for (var t = 0; t < 200; t++)
        {
            var action = controller.Decide(new CapacityState(ready, pending), random.Uniform() < 0.05 ? 1e9 : 100 * Math.Abs(random.Normal()));
            Assert.True(action.Order >= 0 && action.Remove >= 0);
            ready += pending[0] - action.Remove;
            pending = [.. pending[1..], action.Order];
            Assert.InRange(ready, 3, 20);
            Assert.InRange(ready + pending.Sum(), 3, 20);
        }
    }

    [Fact]
    public void The_same_load_gives_the_same_actions() =>
        Assert.Equal(Replay(new PredictiveController(Options, Seasonal), Swing(7, 450)), Replay(new PredictiveController(Options, Seasonal), Swing(7, 450)));

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (var options in new[] { Options with { Lead = 15 }, Options with { UnitCapacity = double.NaN }, Options with { MinUnits = 5, MaxUnits = 2 }, Options with { Quantile = 1 } })
            Assert.Throws<ArgumentException>(() => new PredictiveController(options, Last));
        Assert.Throws<ArgumentException>(() => new ThresholdController(new ThresholdOptions { Target = 0 }));
    }

    private static ReplayOutcome Replay(IScalingController controller, double[] load) => CapacityReplay.Run(controller, load, 10, Lead, 20, 2 * Period);
}
