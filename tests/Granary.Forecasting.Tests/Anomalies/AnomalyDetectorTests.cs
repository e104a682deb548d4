using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.Anomalies;
using Granary.Forecasting.Tests.Neural;

namespace Granary.Forecasting.Tests.Anomalies;

public sealed class AnomalyDetectorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(1500, 40.0, AnomalyView.Jump)]
    [InlineData(2500, -30.0, AnomalyView.Jump)]
    public void A_spike_is_flagged_at_its_point_and_explained(int at, double height, AnomalyView view)
    {
        var values = Noise(3000);
        values[at] += height;
        var results = Run(values);
        Assert.True(results[at].Flagged);
        Assert.InRange(results[at].Probability, 0, 1e-4);
        Assert.Equal(values[at], results[at].Seen);
        Assert.Equal(50, results[at].Expected, 3.0);
        Assert.Contains("points", results[at].Explain());
        Assert.True(results[at].View is AnomalyView.Level or AnomalyView.Season || results[at].View == view);
        Assert.InRange(results.Count(r => r.Flagged), 1, 5);
    }

    [Fact]
    public void A_shift_of_the_mean_is_flagged_though_no_point_is_unusual()
    {
        var values = Noise(4000);
        for (var n = 3000; n < 4000; n++) values[n] += 1.2;
        var results = Run(values);
        var first = Array.FindIndex(results, 2990, r => r.Flagged);
        Assert.InRange(first, 3000, 3060);
        var seen = results[first..(first + 24)].Where(r => r.View == AnomalyView.Shift).MinBy(r => r.Probability);
        Assert.InRange(seen.Probability, 1e-15, 1e-4);
        Assert.Contains("lately", seen.Explain());
    }

    [Fact]
    public void A_day_that_goes_missing_is_flagged_by_its_season_though_its_values_are_usual()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 288 * 12).Select(n => (n % 288 is >= 100 and < 200 ? 80.0 : 20) + Signals.Normal(random)).ToArray();
        // on the eleventh day the busy hours stay away
        for (var n = (288 * 10) + 100; n < (288 * 10) + 200; n++) values[n] = 20 + Signals.Normal(random);
        var results = Run(values);
        var first = Array.FindIndex(results, 288 * 10, r => r.Flagged);
        Assert.InRange(first, (288 * 10) + 100, (288 * 10) + 110);
        Assert.Equal(AnomalyView.Season, results[first].View);
        Assert.InRange(results[first].Expected, 55, 85);
    }

    [Fact]
    public void Noise_alone_is_flagged_about_as_rarely_as_the_threshold_says()
    {
        var flagged = Enumerable.Range(1, 10).Sum(seed => Run(Noise(5000, seed)).Count(r => r.Flagged));
        // four views at one in 1,800 each, with news counted once
        Assert.InRange(flagged, 1, 10 * 5000 * 4 / 1800);
    }

    [Fact]
    public void An_episode_is_told_of_once()
    {
        var values = Noise(3000);
        for (var n = 2000; n < 2040; n++) values[n] += 50;
        var results = Run(values);
        Assert.True(results[2000].Flagged);
        Assert.InRange(results[2001..2040].Count(r => r.Flagged), 0, 6);
        Assert.All(results[2010..2040].Where(r => !r.Flagged && r.Probability < 1e-4), r => Assert.InRange(r.Score, 0, 0.9));
    }

    [Fact]
    public void The_first_change_of_what_never_changed_is_flagged()
    {
        var values = Enumerable.Repeat(42.0, 500).ToArray();
        values[400] = 43;
        var results = Run(values);
        Assert.Equal([400], Enumerable.Range(0, 500).Where(n => results[n].Flagged && n <= 400));
    }

    [Fact]
    public void Gaps_teach_nothing_and_score_nothing()
    {
        var (whole, gapped) = (new AnomalyDetector(), new AnomalyDetector());
        var values = Noise(1000);
        for (var n = 0; n < values.Length; n++)
        {
            if (n % 3 == 0) Assert.Equal(0, gapped.Observe(Start + (n * Step), double.NaN).Score);
            if (n % 7 == 0) Assert.False(gapped.Observe(Start + (n * Step), double.PositiveInfinity).Flagged);
            Assert.Equal(whole.Observe(Start + (n * Step), values[n]), gapped.Observe(Start + (n * Step), values[n]));
        }
        Assert.Equal(1000, gapped.Count);
    }

    [Fact]
    public void Whatever_comes_no_answer_is_not_finite()
    {
        var values = Gen.OneOf(
            Gen.Elements(0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue, double.Epsilon, -1, 1e-300, 1e100),
            ArbMap.Default.GeneratorFor<double>(),
            Gen.Choose(-1000, 1000).Select(n => (double)n));
        var points = Gen.Choose(-100_000, 100_000).SelectMany(second => values.Select(value => (second, value))).ArrayOf(400);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(points.ToArbitrary(), series =>
        {
            // unsorted and duplicate times among them
            var detector = new AnomalyDetector(new() { Short = 3, Long = 20 });
            foreach (var (second, value) in series)
            {
                var result = detector.Observe(Start.AddSeconds(second), value);
                if (!double.IsFinite(result.Expected) || !double.IsFinite(result.Seen) || result.Score is not (>= 0 and <= 1) || result.Probability is not (>= 0 and <= 1)) return false;
                if (result.Explain().Contains("NaN", StringComparison.Ordinal)) return false;
            }
            return true;
        }));
    }

    [Fact]
    public void A_million_points_take_no_more_memory_than_a_thousand()
    {
        var detector = new AnomalyDetector();
        var values = Noise(1000);
        for (var n = 0; n < 2000; n++) detector.Observe(Start + (n * Step), values[n % 1000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 2000; n < 1_000_000; n++) detector.Observe(Start + (n * Step), values[n % 1000] * (n % 9973 == 0 ? 100 : 1));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Options_out_of_range_are_named() =>
        Assert.Contains("Short is 5 and Long 5", Assert.Throws<ArgumentException>(() => new AnomalyDetector(new() { Short = 5, Long = 5 })).Message);

    [Fact]
    public void One_adversarial_spike_does_not_blind_it_for_long()
    {
        var values = Noise(6000);
        values[1000] = 1e300;
        values[4000] += 60;
        Assert.True(Run(values)[4000].Flagged);
    }

    private static double[] Noise(int count, int seed = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 50 + Signals.Normal(random))];
    }

    private static AnomalyResult[] Run(double[] values)
    {
        var detector = new AnomalyDetector();
        return [.. values.Select((value, n) => detector.Observe(Start + (n * Step), value))];
    }
}
