using Granary.Optimization.Scaling;

namespace Granary.Optimization.Tests.Scaling;

public class ScalingAdvisorTests
{
    private const long Minute = 60_000_000;

    private static readonly ScalingOptions Options = new() { UnitCapacity = 10, Target = 1, UnitCostPerHour = 2, MaxUnits = 20, Lead = TimeSpan.FromMinutes(2) };

    private static ForecastBand Band(params double[] upper) => new([.. upper.Select(u => 0.9 * u)], [.. upper.Select(u => 0.8 * u)], upper, 0.9);

    private static Recommendation Advise(ScalingAdvisor advisor, long now, int units, params double[] upper) => advisor.Recommend(now, units, Band(upper), TimeSpan.FromMinutes(1));

    [Fact]
    public void More_for_what_comes_after_the_lead_and_at_what_cost()
    {
        var advice = Advise(new ScalingAdvisor(Options), 0, 5, 90, 90, 75, 60);
        Assert.Equal((8, ScalingReason.More, 6.0, 75.0), (advice.Units, advice.Reason, advice.CostPerHour, advice.Peak));
        Assert.Contains("3 more units (5 to 8)", advice.ToString());
    }

    [Fact]
    public void Fewer_only_for_what_the_whole_forecast_leaves_free()
    {
        var advisor = new ScalingAdvisor(Options);
        Assert.Equal(ScalingReason.Enough, Advise(advisor, 0, 9, 90, 20, 20, 20).Reason);
        Assert.Equal((2, ScalingReason.Less, -14.0), Advise(advisor, 0, 9, 20, 20, 20, 20) is var a ? (a.Units, a.Reason, a.CostPerHour) : default);
    }

    [Fact]
    public void Cool_downs_hold_changes_back_and_say_until_when()
    {
        var advisor = new ScalingAdvisor(Options);
        advisor.Changed(10 * Minute);
        Assert.Equal((ScalingReason.CoolingDown, 11 * Minute), Advise(advisor, 10 * Minute + 1, 5, 90, 90, 90) is var up ? (up.Reason, up.NotBefore) : default);
        Assert.Equal(ScalingReason.More, Advise(advisor, 11 * Minute, 5, 90, 90, 90).Reason);
        Assert.Equal((ScalingReason.CoolingDown, 15 * Minute), Advise(advisor, 14 * Minute, 5, 10, 10, 10) is var down ? (down.Reason, down.NotBefore) : default);
        Assert.Equal(ScalingReason.Less, Advise(advisor, 15 * Minute, 5, 10, 10, 10).Reason);
    }

    [Fact]
    public void Limits_and_short_forecasts_are_told()
    {
        Assert.Equal((20, ScalingReason.AtLimit), Advise(new ScalingAdvisor(Options), 0, 5, 900, 900, 900) is var a ? (a.Units, a.Reason) : default);
        Assert.Equal(ScalingReason.AtLimit, Advise(new ScalingAdvisor(Options), 0, 20, 900, 900, 900).Reason);
        Assert.Equal(ScalingReason.TooLittleForecast, Advise(new ScalingAdvisor(Options), 0, 5, 900, 900).Reason);
        Assert.Throws<ArgumentException>(() => Band(1, double.NaN));
        Assert.Throws<ArgumentException>(() => new ForecastBand([], [], [], 0.9));
        Assert.Throws<ArgumentException>(() => new ForecastBand([1], [2], [3], 0.9));
    }

    [Fact]
    public void Afterwards_it_is_judged_against_doing_nothing()
    {
        var advice = Advise(new ScalingAdvisor(Options), 0, 5, 60, 60, 80, 80);
        var good = ScalingReview.Judge(advice, [45, 55, 70, 78], Options);
        Assert.Equal((4, 1, 3), (good.Points, good.ViolationsWith, good.ViolationsWithout));
        Assert.True(good.Helped);
        Assert.Equal(0.75, good.Coverage); // 45 is under the lower end of 48
        var wrong = ScalingReview.Judge(advice, [20, 20, 20, 20], Options);
        Assert.False(wrong.Helped);
        Assert.False(wrong.ForecastHeld);
        Assert.True(wrong.CostWith > wrong.CostWithout);
        Assert.Throws<ArgumentException>(() => ScalingReview.Judge(advice, [], Options));
        Assert.Throws<ArgumentException>(() => ScalingReview.Judge(advice, [double.NaN], Options));
    }

    [Fact]
    public void Trust_is_earned_and_lost()
    {
        var record = new ScalingRecord(20);
        Assert.False(record.Trusted());
        for (var i = 0; i < 10; i++) record.Add(new ScalingVerdict(10, 0.9, true, 0, 1, 1, 1));
        Assert.True(record.Trusted());
        Assert.Equal((1.0, 0.9), (record.Helped, Math.Round(record.Coverage, 9)));
        for (var i = 0; i < 10; i++) record.Add(new ScalingVerdict(10, 0.2, false, 1, 0, 1, 1));
        Assert.False(record.Trusted());
        Assert.Equal(20, record.Count);
    }
}
