using Granary.Model;

namespace Granary.Telemetry.Tests.Series;

public sealed class SeriesStoreTests
{
    [Fact]
    public void A_query_gives_a_point_for_each_step_and_gaps_where_nothing_is_known()
    {
        using var store = new SeriesStore(new MemorySeriesFiles(), Make.Small);
        store.Append(0, ("cpu", 0.1f));
        store.Append(1, ("cpu", 0.2f));
        store.Append(3, ("cpu", float.NaN), ("load", 5));
        store.Append(4, ("cpu", 0.4f));

        var answer = store.Ask("cpu", 0, 5, 1, 5)!;

        Assert.Equal([0.1f, 0.2f, float.NaN, float.NaN, 0.4f, float.NaN], answer.Means());
        Assert.Equal((Make.At(0), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), ReadingSource.Measured), (answer.Start, answer.Step, answer.Resolution, answer.Quality));
        Assert.Null(store.Ask("nothing", 0, 5, 1, 5));
    }

    [Fact]
    public void A_coarser_point_keeps_the_least_the_mean_and_the_greatest()
    {
        using var store = new SeriesStore(new MemorySeriesFiles(), Make.Small);
        for (var i = 0; i < 25; i++) store.Append(i, ("cpu", i));

        var answer = store.Ask("cpu", 0, 24, 10, 25)!;

        Assert.Equal([new(0, 4.5f, 9, 10), new(10, 14.5f, 19, 10), new(20, 22, 24, 5)], answer.Points);
        Assert.Equal(TimeSpan.FromSeconds(10), answer.Resolution);
        Assert.Equal([new(0, 9.5f, 19, 20), new(20, 22, 24, 5)], store.Ask("cpu", 0, 24, 20, 25)!.Points);
    }

    [Theory]
    [InlineData(0, 30, null, 30, 1, 1)] // half a minute: every second
    [InlineData(0, 30, 5.0, 30, 5, 1)]
    [InlineData(0, 30, 15.0, 30, 20, 10)] // a step is whole points of what it is made of
    [InlineData(0, 590, 120.0, 600, 120, 60)]
    [InlineData(100, 400, 1.0, 400, 10, 10)] // the seconds of then are gone
    [InlineData(100, 1000, null, 1000, 60, 60)]
    public void The_resolution_is_the_coarsest_that_is_fine_enough_of_those_that_still_know(double from, double to, double? step, double now, double stepGiven, double resolution)
    {
        using var store = new SeriesStore(new MemorySeriesFiles(), Make.Small);
        store.Append(now, ("cpu", 1));
        var answer = store.Ask("cpu", from, to, step, now)!;
        Assert.Equal((stepGiven, resolution), (answer.Step.TotalSeconds, answer.Resolution.TotalSeconds));
    }

    [Fact]
    public void Too_many_points_and_times_the_wrong_way_round_are_refused_with_what_would_help()
    {
        using var store = new SeriesStore(new MemorySeriesFiles());
        store.Append(0, ("cpu", 1));
        Assert.Contains("longer step", Assert.Throws<GranaryException>(() => store.Ask("cpu", -100_000, 0, 1, -99_000)).Message, StringComparison.Ordinal);
        Assert.Contains("before", Assert.Throws<GranaryException>(() => store.Ask("cpu", 10, 0, 1, 10)).Message, StringComparison.Ordinal);
        Assert.Contains("step", Assert.Throws<GranaryException>(() => store.Ask("cpu", 0, 10, 0, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_written_is_there_after_a_restart_and_after_a_crash_too()
    {
        var files = new MemorySeriesFiles();
        var first = new SeriesStore(files, Make.Small);
        for (var i = 0; i < 37; i++) first.Append(i, ("cpu", i));
        // no dispose: the process was killed, and its coarse points were not complete

        using var second = new SeriesStore(files, Make.Small);
        Assert.Equal([new(30, 33, 36, 7)], second.Ask("cpu", 30, 36, 10, 37)!.Points);
        Assert.Equal([new(0, 18, 36, 37)], second.Ask("cpu", 0, 36, 60, 37)!.Points);
        second.Append(37, ("cpu", 100));
        Assert.Equal([new(30, (33 * 7 + 100) / 8f, 100, 8)], second.Ask("cpu", 30, 37, 10, 37)!.Points);
        Assert.Equal(Enumerable.Range(0, 37).Select(i => (float)i), second.Ask("cpu", 0, 36, 1, 37).Means());
        Assert.Equal(0, files.TimesSetAside - 1); // the first start of all
    }

    [Fact]
    public void A_row_that_is_torn_or_rotten_is_a_gap()
    {
        var files = new MemorySeriesFiles();
        using var store = new SeriesStore(files, Make.Small);
        for (var i = 0; i < 5; i++) store.Append(i, ("cpu", i));
        var row = (long)(Make.At(2).UtcTicks / TimeSpan.TicksPerSecond % 60) * (32 + (64 * 4));
        files.Damage("1s-64.ring", row + 33);

        Assert.Equal([0, 1, float.NaN, 3, 4], store.Ask("cpu", 0, 4, 1, 5).Means());
        Assert.Equal(1, store.Damaged);
    }

    [Fact]
    public void Rows_without_a_list_that_says_whose_they_are_are_set_aside()
    {
        var files = new MemorySeriesFiles();
        using (var store = new SeriesStore(files, Make.Small)) store.Append(0, ("cpu", 1));
        var list = files.ReadDirectory()!;
        list[10] ^= 1;
        files.WriteDirectory(list);

        using var next = new SeriesStore(files, Make.Small);
        Assert.Null(next.Ask("cpu", 0, 1, 1, 1));
        Assert.Equal(2, files.TimesSetAside);
        next.Append(1, ("cpu", 2));
        Assert.Equal([float.NaN, 2], next.Ask("cpu", 0, 1, 1, 1).Means());
    }

    [Fact]
    public void A_list_that_is_older_than_the_rows_is_not_believed()
    {
        var files = new MemorySeriesFiles();
        var store = new SeriesStore(files, Make.Small);
        store.Append(0, ("cpu", 1));
        var old = files.ReadDirectory()!;
        store.Append(1, ("cpu", 1), ("load", 9));
        files.WriteDirectory(old); // the disk lost the newer one with the power

        using var next = new SeriesStore(files, Make.Small);
        Assert.Null(next.Ask("cpu", 0, 1, 1, 1));
    }

    [Fact]
    public void Rows_grow_with_the_number_of_series_and_lose_nothing()
    {
        var files = new MemorySeriesFiles();
        var store = new SeriesStore(files, Make.Small);
        store.Append(0, ("cpu", 7));
        store.Append(1, [.. Enumerable.Range(0, 200).Select(i => ($"s{i}", (float)i))]);
        Assert.Equal(["10s-256.ring", "1s-256.ring", "60s-256.ring"], files.Names.Order(StringComparer.Ordinal));

        using var next = new SeriesStore(files, Make.Small);
        Assert.Equal([7, float.NaN], next.Ask("cpu", 0, 1, 1, 1).Means());
        Assert.Equal([float.NaN, 199], next.Ask("s199", 0, 1, 1, 1).Means());
        Assert.Equal([new(7, 7, 7, 1)], next.Ask("cpu", 0, 1, 60, 1)!.Points);
    }

    [Fact]
    public void The_place_of_a_task_that_ended_an_hour_ago_goes_to_another_which_does_not_inherit_its_values()
    {
        using var store = new SeriesStore(new MemorySeriesFiles(), Make.Small with { MostSeries = 2 });
        store.Append(0, ("cpu", 1), ("task.cpu/p/1", 0.5f));
        store.Append(10, ("task.cpu/p/2", 0.25f));
        Assert.Equal(1, store.Dropped);
        store.Append(3700, ("cpu", 1), ("task.cpu/p/2", 0.25f));

        Assert.Null(store.Ask("task.cpu/p/1", 0, 1, 1, 3700));
        Assert.Equal([new(0.25f, 0.25f, 0.25f, 1)], store.Ask("task.cpu/p/2", 3660, 3700, 60, 3700)!.Points);
        Assert.Equal(SeriesPoint.Gap, store.Ask("task.cpu/p/2", 120, 180, 60, 3700)!.Points[0]);
        Assert.Equal(2, store.Series.Count());
    }

    [Fact]
    public void A_clock_that_jumps_puts_values_where_their_time_says()
    {
        using var store = new SeriesStore(new MemorySeriesFiles(), Make.Small);
        store.Append(5, ("cpu", 5));
        store.Append(100_000, ("cpu", 9));
        store.Append(6, ("cpu", 6));
        store.Append(5, ("load", 1));
        Assert.Equal([5, 6], store.Ask("cpu", 5, 6, 1, 7).Means());
        Assert.Equal([new(5, 5.5f, 6, 2)], store.Ask("cpu", 0, 9, 10, 9)!.Points);
    }
}
