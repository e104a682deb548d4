using Granary.Forecasting.Series;

namespace Granary.Forecasting.Tests.Series;

public sealed class RegularGridTests
{
    private const long Second = 1_000_000;

    private static TimedValue At(double seconds, double value) => new((long)(seconds * Second), value);

    [Fact]
    public void Unsorted_repeated_missing_and_broken_measurements_become_a_grid()
    {
        var series = RegularGrid.Of([At(20, 3), At(0, 1), At(10, 2), At(10.4, 4), At(40, 5), At(50, double.NaN), At(60, double.PositiveInfinity), At(70, 8)]);
        // 10 and 10.4 average to 3; 30 lies between 3 and 5; 50 and 60 between 5 and 8
        Assert.Equal([1, 3, 3, 4, 5, 6, 7, 8], series.Values.Select(v => Math.Round(v, 9)));
        Assert.Equal((0L, 10 * Second), (series.StartMicros!.Value, series.IntervalMicros));
        Assert.Equal((3, 2, 1, 1), (series.Filled, series.Dropped, series.Merged, series.Unsorted));
        Assert.Equal(4, series.Notes().Count());
    }

    [Fact]
    public void Negative_use_stays_is_missing_or_is_refused()
    {
        TimedValue[] measurements = [At(0, 1), At(1, -5), At(2, 3)];
        Assert.Equal([1, -5, 3], RegularGrid.Of(measurements).Values);
        Assert.Equal([1, 2, 3], RegularGrid.Of(measurements, new() { Negative = NegativeValues.Missing }).Values);
        Assert.Contains("below zero", Assert.Throws<SeriesException>(() => RegularGrid.Of(measurements, new() { Negative = NegativeValues.Refuse })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_a_series_is_refused_with_what_would_help()
    {
        static string Refusal(params TimedValue[] measurements) => Assert.Throws<SeriesException>(() => RegularGrid.Of(measurements)).Message;
        Assert.Contains("0 usable values of 0", Refusal(), StringComparison.Ordinal);
        Assert.Contains("1 usable value of 1", Refusal(At(1, 1)), StringComparison.Ordinal);
        Assert.Contains("1 usable value of 3", Refusal(At(1, 1), At(2, double.NaN), At(3, 1e200)), StringComparison.Ordinal);
        Assert.Contains("of one moment", Refusal(At(1, 1), At(1, 2)), StringComparison.Ordinal);
        Assert.Contains("is one of the times wrong", Refusal(At(0, 1), At(1, 2), At(2, 3), At(1e11, 2)), StringComparison.Ordinal);
        Assert.Contains("are missing", Refusal(At(0, 1), At(1, 2), At(2, 3), At(100, 2)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MinValue, 0)]
    [InlineData(0, long.MaxValue)]
    public void Times_at_the_ends_of_what_can_be_written_do_not_overflow(long first, long last)
    {
        var values = RegularGrid.Of([new TimedValue(first, 1), new TimedValue(last, 2)]).Values;
        Assert.Equal((1, 2), (values[0], values[^1]));
    }

    [Fact]
    public void A_million_points_take_a_second_and_not_a_minute()
    {
        var measurements = Enumerable.Range(0, 1_000_000).Select(i => At((i * 7919L) % 1_000_000, i)).ToArray();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var series = RegularGrid.Of(measurements);
        Assert.Equal(1_000_000, series.Values.Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void Values_without_times_keep_their_gaps_as_places() =>
        Assert.Equal([1, 2, 3, 4, 4], RegularGrid.Of([1, double.NaN, 3, 4, double.NaN]).Values);
}
