using Granary.Forecasting.Models;

namespace Granary.Forecasting.Series;

/// <summary>Brings measurements onto a regular grid: sorted, averaged where several fall on one point, gaps filled by <see cref="GapFilling"/>.</summary>
public static class RegularGrid
{
    /// <summary>Measurements with times. Cost: one sort, where they are not in order, and the length of the grid.</summary>
    /// <exception cref="SeriesException">Fewer than two usable measurements, a grid too long or mostly empty, or a negative value where that is refused.</exception>
    public static RegularSeries Of(ReadOnlySpan<TimedValue> measurements, GridOptions? options = null)
    {
        options = (options ?? new()).Validated();
        var kept = new List<TimedValue>(measurements.Length);
        var (dropped, unsorted) = (0, 0);
        var last = long.MinValue;
        foreach (var measurement in measurements)
        {
            if (measurement.AtMicros < last) unsorted++;
            last = measurement.AtMicros;
            // a moment without a value is a point of the grid all the same
            if (!Usable(measurement.Value, options)) dropped++;
            kept.Add(Usable(measurement.Value, options) ? measurement : measurement with { Value = double.NaN });
        }
        if (unsorted > 0) kept = [.. kept.OrderBy(m => m.AtMicros)]; // a stable sort: the same input gives the same sums
        if (kept.Count - dropped < 2) throw TooFew(kept.Count - dropped, measurements.Length);
        var interval = options.IntervalMicros ?? MedianDistance(kept);
        if (interval == 0) throw new SeriesException($"all {kept.Count} measurements are of one moment: a series needs at least two points in time");
        var start = kept[0].AtMicros;
        var span = (Int128)kept[^1].AtMicros - start;
        var length = (span / interval) + 1 + (span % interval * 2 >= interval ? 1 : 0);
        if (length > options.MostPoints)
            throw new SeriesException($"from the first to the last measurement there would be {length} points of {interval / 1e6} s, at most {options.MostPoints} are taken: is one of the times wrong?");
        var (sums, counts) = (new double[(int)length], new int[(int)length]);
        var merged = 0;
        foreach (var measurement in kept)
        {
            var at = (int)((((Int128)measurement.AtMicros - start) + (interval / 2)) / interval);
            at = Math.Min(at, sums.Length - 1);
            if (double.IsNaN(measurement.Value)) continue;
            if (counts[at]++ > 0) merged++;
            sums[at] += measurement.Value;
        }
        for (var i = 0; i < sums.Length; i++) sums[i] = counts[i] > 0 ? sums[i] / counts[i] : double.NaN;
        var filled = counts.Count(c => c == 0);
        CheckFilled(filled, sums.Length, options);
        GapFilling.Fill(sums);
        return new() { Values = sums, StartMicros = start, IntervalMicros = interval, Filled = filled, Dropped = dropped, Merged = merged, Unsorted = unsorted };
    }

    /// <summary>Values at equal distances without times; what is not a number is a gap.</summary>
    /// <exception cref="SeriesException">Fewer than two usable values, too many gaps, or a negative value where that is refused.</exception>
    public static RegularSeries Of(ReadOnlySpan<double> values, GridOptions? options = null)
    {
        options = (options ?? new()).Validated();
        if (values.Length > options.MostPoints) throw new SeriesException($"{values.Length} values, at most {options.MostPoints} are taken: give the last of them");
        var grid = values.ToArray();
        var gaps = 0;
        for (var i = 0; i < grid.Length; i++)
        {
            if (Usable(grid[i], options)) continue;
            grid[i] = double.NaN;
            gaps++;
        }
        if (grid.Length - gaps < 2) throw TooFew(grid.Length - gaps, grid.Length);
        CheckFilled(gaps, grid.Length, options);
        GapFilling.Fill(grid);
        return new() { Values = grid, Filled = gaps, Dropped = gaps };
    }

    private static bool Usable(double value, GridOptions options)
    {
        if (!(Math.Abs(value) <= ForecastModel.LargestValue)) return false;
        if (value >= 0 || options.Negative == NegativeValues.Keep) return true;
        return options.Negative == NegativeValues.Missing ? false
            : throw new SeriesException(FormattableString.Invariant($"{value} is below zero, which this series cannot be; let negative values count as missing"));
    }

    private static SeriesException TooFew(int usable, int all) =>
        new($"{usable} usable {(usable == 1 ? "value" : "values")} of {all}: a series needs at least two");

    private static void CheckFilled(int filled, int length, GridOptions options)
    {
        if (filled > options.MostFilled * length)
            throw new SeriesException($"{filled} of {length} points are missing, more than {options.MostFilled:P0}: give the distance of the points, or a part of the data without such gaps");
    }

    private static long MedianDistance(List<TimedValue> sorted)
    {
        var distances = new List<long>(sorted.Count);
        for (var i = 1; i < sorted.Count; i++)
            if (sorted[i].AtMicros > sorted[i - 1].AtMicros) distances.Add((long)Int128.Min(long.MaxValue, (Int128)sorted[i].AtMicros - sorted[i - 1].AtMicros));
        if (distances.Count == 0) return 0;
        distances.Sort();
        return distances[distances.Count / 2];
    }
}
