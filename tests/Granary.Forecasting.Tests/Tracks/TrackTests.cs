using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.Tracks;

namespace Granary.Forecasting.Tests.Tracks;

public sealed class TrackTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TrackOptions Small = new() { Horizon = 6, Memory = 200, Fewest = 20, FitEvery = 50, Step = TimeSpan.FromSeconds(10) };

    [Fact]
    public void Before_the_first_fit_the_present_average_stands_and_says_why()
    {
        var track = new Track(Small);
        Assert.Null(track.Forecast(3));
        Feed(track, 0, 55, second => second % 10 == 0 ? 4.0 : 1); // five steps and a half
        var forecast = track.Forecast(3)!;
        Assert.Equal(Start.AddSeconds(50), forecast.Start);
        Assert.All(forecast.Values, v => Assert.Equal(1.6, v, 12)); // 4, 1, 1, 1, 1 of the step under way
        Assert.Equal(("naive", 1), Assert.Single(forecast.Members));
        Assert.Equal("5 of 20 steps of 10 s are known; until then the present average stands", forecast.Note);
        Assert.False(track.FitDue);
    }

    [Fact]
    public void A_fitted_track_foresees_what_repeats_and_its_record_beats_the_naive_one()
    {
        var track = new Track(Small);
        Feed(track, 0, 2_000, Wave);
        Fit(track);
        Feed(track, 2_000, 3_000, Wave);
        var forecast = track.Forecast(6)!;
        Assert.Null(forecast.Note);
        Assert.Equal(Start.AddSeconds(2_990), forecast.Start);
        for (var i = 0; i < 6; i++) Assert.InRange(forecast.Values[i] - Wave(2_994.5 + (10 * i)), -0.1, 0.1); // averages of ten seconds
        Assert.InRange(track.Record.Judged, 90, 100);
        Assert.True(track.Record.MeanAbsoluteError < track.Record.NaiveError / 2, $"{track.Record}");
        Assert.InRange(forecast.Members.Sum(m => m.Weight), 0.999, 1.001);
    }

    [Fact]
    public void What_ended_while_a_fit_was_made_is_told_to_it()
    {
        var (during, before) = (new Track(Small), new Track(Small));
        foreach (var track in (Track[])[during, before]) Feed(track, 0, 400, Wave);
        var late = during.BeginFit();
        Fit(before);
        foreach (var track in (Track[])[during, before]) Feed(track, 400, 500, Wave);
        Assert.False(during.IsFitted);
        late.Run();
        during.Accept(late);
        Assert.Equal(before.Forecast(6)!.Values, during.Forecast(6)!.Values);
    }

    [Fact]
    public void A_fit_is_due_at_the_fewest_steps_and_again_after_so_many_and_never_twice_at_once()
    {
        var track = new Track(Small);
        Feed(track, 0, 200, Wave); // 19 ended
        Assert.False(track.FitDue);
        Feed(track, 200, 201, Wave);
        Assert.True(track.FitDue);
        var fit = track.BeginFit();
        Assert.False(track.FitDue);
        track.Accept(fit); // it had failed: never run
        Assert.False(track.IsFitted);
        Assert.False(track.FitDue); // not at once again
        Feed(track, 201, 701, Wave);
        Assert.True(track.FitDue);
    }

    [Fact]
    public void What_is_no_number_or_old_is_left_out_and_silence_repeats_the_last_or_forgets()
    {
        var track = new Track(Small);
        Feed(track, 0, 100, _ => 2);
        track.Observe(Start.AddSeconds(100), double.NaN);
        track.Observe(Start.AddSeconds(100), double.PositiveInfinity);
        track.Observe(Start.AddSeconds(50), 9);
        Assert.Equal((3, 9), (track.LeftOut, track.Count));
        track.Observe(Start.AddSeconds(300), 5); // twenty steps without a word
        Assert.Equal(30, track.Count);
        Assert.All(track.BeginFit().History.ToArray(), v => Assert.Equal(2, v));
        track.Observe(Start.AddSeconds(300 + 1_000), 5); // half of the memory
        Assert.Equal(0, track.Count);
    }

    [Fact]
    public void No_forecast_is_ever_no_number() => Prop.ForAll(
        Gen.OneOf(Gen.Choose(-1_000, 1_000).Select(i => (double)i), Gen.Elements(0, double.NaN, double.NegativeInfinity, 1e300, -1e-300)).ListOf(150).ToArbitrary(),
        values =>
        {
            var track = new Track(Small);
            var at = Start;
            foreach (var value in values)
            {
                track.Observe(at += Small.Step, value);
                if (track.FitDue) Fit(track);
            }
            return track.Forecast(6) is not { } forecast || forecast.Values.Concat(forecast.Lower).Concat(forecast.Upper).All(double.IsFinite);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    private static double Wave(double second) => 10 + (3 * Math.Sin(second * 2 * Math.PI / 240));

    private static void Fit(Track track)
    {
        var fit = track.BeginFit();
        fit.Run();
        track.Accept(fit);
    }

    private static void Feed(Track track, int from, int to, Func<double, double> value)
    {
        for (var second = from; second < to; second++) track.Observe(Start.AddSeconds(second), value(second));
    }

    [Fact]
    public void What_was_kept_goes_on_after_a_restart_with_the_same_weights_of_experts_and_network()
    {
        var options = Small with { Network = true };
        var (before, after, forgetful) = (new Track(options), new Track(options), new Track(options));
        Feed(before, 0, 1_500, Wave);
        Fit(before);
        Feed(before, 1_500, 1_800, Wave);
        var kept = before.Keep()!;
        Assert.NotNull(kept.Network);
        var bytes = kept.Write();
        Assert.InRange(bytes.Length, 5_000, 64_000);

        foreach (var track in (Track[])[after, forgetful]) Feed(track, 0, 1_800, Wave);
        Assert.Null(after.Keep());
        Assert.True(after.Restore(TrackMemory.Read(bytes)));
        Assert.Equal(before.Record, after.Record);
        foreach (var track in (Track[])[after, forgetful]) Fit(track);
        Assert.Equal(bytes, after.Keep()!.Write()); // of experts and network, to the last bit
        Assert.Equal(before.Forecast(1)!.Members, after.Forecast(1)!.Members);
        Assert.NotEqual(before.Forecast(1)!.Members, forgetful.Forecast(1)!.Members);
        Assert.False(after.Restore(kept)); // it has been fitted

        // once: the next fit trains again
        Feed(after, 1_800, 2_400, s => 3 * Wave(s));
        Fit(after);
        Assert.NotEqual(Granary.Forecasting.Neural.LstmFile.Write(kept.Network), Granary.Forecasting.Neural.LstmFile.Write(after.Keep()!.Network!));
    }

    [Fact]
    public void What_was_kept_of_another_time_or_is_damaged_is_not_taken()
    {
        var track = new Track(Small);
        Feed(track, 0, 1_000, Wave);
        Fit(track);
        var kept = track.Keep()!;
        Assert.Null(kept.Network);
        var (late, early, empty) = (new Track(Small), new Track(Small), new Track(Small));
        Feed(late, 0, 1_000 + (10 * (Small.FitEvery + 2)), Wave);
        Feed(early, 0, 900, Wave);
        Assert.False(late.Restore(kept)); // older than a fit lasts
        Assert.False(early.Restore(kept)); // of a time to come
        Assert.False(empty.Restore(kept)); // nothing has come
        // other members: their weights are learned anew, and the record stands
        var other = new Track(Small with { Network = true });
        Feed(other, 0, 1_010, Wave);
        Assert.True(other.Restore(kept));
        Fit(other);
        Assert.Contains(other.Forecast(1)!.Members, m => m.Name == "lstm");

        var bytes = kept.Write();
        Assert.Throws<InvalidDataException>(() => TrackMemory.Read([]));
        for (var cut = 0; cut < bytes.Length; cut += 11) Assert.Throws<InvalidDataException>(() => TrackMemory.Read(bytes[..cut]));
        for (var at = 0; at < bytes.Length; at += 13)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 4;
            Assert.Throws<InvalidDataException>(() => TrackMemory.Read(changed));
        }
    }
}
