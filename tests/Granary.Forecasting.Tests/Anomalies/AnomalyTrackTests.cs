using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.Anomalies;

namespace Granary.Forecasting.Tests.Anomalies;

public sealed class AnomalyTrackTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_minute_is_judged_by_its_average_when_it_ends()
    {
        var track = new AnomalyTrack(Minute, new() { Threshold = 4, Least = 0.05 });
        Assert.Empty(Feed(track, 0, 300 * 60, Usual));
        Assert.Empty(Feed(track, 300 * 60, 301 * 60, s => s % 60 == 7 ? 1 : Usual(s))); // one second in sixty: 0.013 more
        var found = Assert.Single(Feed(track, 301 * 60, 303 * 60, s => s < 302 * 60 ? 0.9 : Usual(s)));
        Assert.Equal((Start.AddMinutes(301), true), (found.At, found.Result.Flagged));
        Assert.Equal(0.9, found.Value, 9);
        Assert.InRange(found.Result.Expected, 0.15, 0.25);
        Assert.Equal("90% after 20%, the median of the last five minutes; such a deviation comes once in 10,000 minutes",
            (found.Result with { View = AnomalyView.Jump, Expected = 0.2, Seen = 0.9, Probability = 1e-4 }).Explain(v => $"{v:0%}", "minutes"));
    }

    [Fact]
    public void A_deviation_too_small_to_matter_is_not_told_of_however_rare()
    {
        var (told, quiet) = (new AnomalyTrack(Minute, new() { Threshold = 4 }), new AnomalyTrack(Minute, new() { Threshold = 4, Least = 0.05 }));
        double Value(int second) => second / 60 == 400 ? 0.03 : 0; // nothing ever moved
        Assert.NotEmpty(Feed(told, 0, 410 * 60, Value));
        Assert.Empty(Feed(quiet, 0, 410 * 60, Value));
    }

    [Fact]
    public void What_is_no_number_or_late_is_left_out_and_a_clock_put_back_counts()
    {
        var track = new AnomalyTrack(Minute);
        Feed(track, 0, 600, Usual);
        foreach (var value in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity]) Assert.Null(track.Observe(Start.AddSeconds(600), value));
        Assert.Null(track.Observe(Start.AddSeconds(60), 5));
        Assert.Equal((4, 9), (track.LeftOut, track.Steps));
        Feed(track, -7200, -7200 + 600, Usual); // two hours back
        Assert.Equal((4, 18), (track.LeftOut, track.Steps));
        Feed(track, 90_000, 90_061, Usual); // a day of silence: no points of it
        Assert.Equal(20, track.Steps);
        Assert.Throws<ArgumentException>(() => new AnomalyTrack(TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => new AnomalyTrack(Minute, new() { Least = -1 }));
    }

    [Fact]
    public void What_was_usual_at_a_time_of_day_is_recalled_and_its_absence_told_of()
    {
        static double Busy(double minute) => minute % 1440 is >= 600 and < 660 ? 0.8 : 0.2;
        var (recalled, fresh) = (new AnomalyTrack(Minute, new() { Threshold = 4, Least = 0.05 }), new AnomalyTrack(Minute, new() { Threshold = 4, Least = 0.05 }));
        for (var n = 0; n < 13 * 288; n++) recalled.Recall(Start.AddMinutes(5 * n), Busy(5 * n));
        var told = new[] { recalled, fresh }.Select(track => Feed(track, 13 * 86_400, 14 * 86_400, Usual)).ToArray(); // the busy hour stays away
        Assert.Contains(told[0], f => f is { Result.View: AnomalyView.Season, Result.Expected: > 0.5 } && f.At.Hour == 10);
        Assert.Empty(told[1]); // what has never seen one misses nothing
    }

    [Fact]
    public void Whatever_comes_what_is_told_is_finite()
    {
        var values = Gen.OneOf(Gen.Choose(-1000, 1000).Select(i => i / 10.0), Gen.Elements(double.NaN, double.MaxValue, double.MinValue, double.PositiveInfinity, 0, double.Epsilon, 1e300, -1e-300));
        var times = Gen.OneOf(Gen.Choose(0, 100_000).Select(i => (long)i), Gen.Elements(0L, -62_135_596_800 / 2, 100_000_000_000));
        Prop.ForAll(Gen.Zip(times, values).ArrayOf(300).ToArbitrary(), samples =>
        {
            var track = new AnomalyTrack(TimeSpan.FromSeconds(10), new() { Threshold = 0.5 });
            foreach (var (second, value) in samples)
                if (track.Observe(DateTimeOffset.UnixEpoch.AddSeconds(second), value) is { } found)
                {
                    double[] told = [found.Value, found.Result.Score, found.Result.Expected, found.Result.Seen, found.Result.Probability];
                    if (!told.All(double.IsFinite)) return false;
                }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static double Usual(int second) => Noisy(second, 0.2);

    private static double Noisy(int i, double level) => level + (0.02 * Math.Sin(i * 1.7) * Math.Cos(i * 0.31));

    private static List<AnomalyFinding> Feed(AnomalyTrack track, int from, int to, Func<int, double> value)
    {
        var found = new List<AnomalyFinding>();
        for (var s = from; s < to; s++)
            if (track.Observe(Start.AddSeconds(s), value(s)) is { } one) found.Add(one);
        return found;
    }
}
