using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.Capacity;
using Granary.Forecasting.Series;
using Granary.Forecasting.Tests.Neural;

namespace Granary.Forecasting.Tests.Capacity;

public sealed class CapacityTrendTests
{
    private const long Day = 86_400_000_000;
    private static readonly long Start = (long)(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    [Fact]
    public void A_straight_line_meets_capacity_where_it_does()
    {
        // 40 on the first day, 1 more each: 100 on the 61st, 2 March
        var outlook = CapacityTrend.Of(Points(40, (day, _) => 40 + day), 100);
        Assert.Equal(1, outlook.GrowthPerStep, 1e-9);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), outlook.Likely);
        Assert.Equal((outlook.Likely, outlook.Likely, 1.0), (outlook.Earliest, outlook.AlmostSurely, outlook.Probability));
    }

    [Fact]
    public void Dates_cover_what_comes_as_often_as_they_say()
    {
        var (early, likely, late) = (0, 0, 0);
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            // the true first day at or over 100, from the same noise
            var days = Enumerable.Range(0, 400).Select(day => 50 + (0.3 * day) + (4 * Signals.Normal(random))).ToArray();
            var met = Array.FindIndex(days, 90, v => v >= 100);
            var outlook = CapacityTrend.Of([.. Enumerable.Range(0, 90).Select(day => new TimedValue(Start + (day * Day), days[day]))], 100, new() { Draws = 200, Seed = seed });
            if (met <= Ahead(outlook.Earliest)) early++;
            if (met <= Ahead(outlook.Likely)) likely++;
            if (met <= Ahead(outlook.AlmostSurely)) late++;
        }
        Assert.InRange(early, 2, 22);
        Assert.InRange(likely, 36, 66);
        Assert.InRange(late, 78, 98);

        static double Ahead(DateTimeOffset? at) => at is { } when ? ((when - DateTimeOffset.UnixEpoch).TotalMicroseconds - Start) / Day : double.PositiveInfinity;
    }

    [Fact]
    public void One_wild_day_does_not_move_the_date()
    {
        var calm = CapacityTrend.Of(Points(60, (day, random) => 40 + (day / 2.0) + random), 100);
        var wild = CapacityTrend.Of(Points(60, (day, random) => day == 30 ? 1e12 : 40 + (day / 2.0) + random), 1000000);
        Assert.Equal(calm.GrowthPerStep, wild.GrowthPerStep, 0.02);
        Assert.InRange(calm.Likely!.Value, new DateTimeOffset(2026, 4, 10, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 5, 5, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Use_that_does_not_grow_has_no_date_and_says_how_far_it_looked()
    {
        var outlook = CapacityTrend.Of(Points(50, (_, random) => 40 + random), 100);
        Assert.Equal((null, null, 0.0), (outlook.Likely, outlook.AlmostSurely, outlook.Probability));
        Assert.Equal(100, outlook.Ahead.Count);
        Assert.All(outlook.Ahead, p => Assert.True(p.Lower <= p.Median && p.Median <= p.Upper && p.Lower > 30 && p.Upper < 50));
    }

    [Fact]
    public void Order_and_repeats_do_not_matter_and_bad_values_are_counted()
    {
        var points = Points(30, (day, random) => 40 + day + random);
        var bad = new[] { new TimedValue(Start, double.NaN), new(Start, -3), new(Start, double.PositiveInfinity) };
        var (straight, shuffled) = (CapacityTrend.Of(points, 100), CapacityTrend.Of([.. bad, .. points.AsEnumerable().Reverse(), .. points], 100));
        Assert.Equal((straight.Likely, straight.GrowthPerStep), (shuffled.Likely, shuffled.GrowthPerStep));
        Assert.Equal((0, 3), (straight.LeftOut, shuffled.LeftOut));
    }

    [Fact]
    public void Too_little_and_no_capacity_are_refused()
    {
        Assert.Contains("points in 7 steps", Assert.Throws<ArgumentException>(() => CapacityTrend.Of(Points(7, (d, _) => d), 10)).Message);
        Assert.Contains("capacity is NaN", Assert.Throws<ArgumentException>(() => CapacityTrend.Of(Points(20, (d, _) => d), double.NaN)).Message);
        Assert.Contains("Peak is 2", Assert.Throws<ArgumentException>(() => CapacityTrend.Of(Points(20, (d, _) => d), 1, new() { Peak = 2 })).Message);
    }

    [Fact]
    public void Whatever_comes_no_answer_is_not_finite() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(
        ArbMap.Default.GeneratorFor<double>().ArrayOf(20).ToArbitrary(), values =>
        {
            var points = values.Select((v, n) => new TimedValue(Start + (n % 15 * Day), v)).Concat(Enumerable.Range(0, 10).Select(n => new TimedValue(Start + (n * Day), n))).ToList();
            var outlook = CapacityTrend.Of(points, 5, new() { Draws = 50, Horizon = 20 });
            return double.IsFinite(outlook.GrowthPerStep + outlook.GrowthLower + outlook.GrowthUpper) && outlook.Ahead.All(p => double.IsFinite(p.Lower + p.Median + p.Upper) && p.Lower >= 0);
        }));

    private static List<TimedValue> Points(int days, Func<int, double, double> use)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, days).Select(day => new TimedValue(Start + (day * Day), use(day, Signals.Normal(random))))];
    }
}
