using System.Globalization;

namespace Granary.Forecasting.Series;

/// <summary>Reads a series from comma-, semicolon- or tab-separated text: values alone, or times and values, with a header or without.</summary>
public static class SeriesCsv
{
    private static readonly string[] Missing = ["", "nan", "na", "n/a", "null", "none", "-", "?", "inf", "-inf", "+inf", "infinity", "-infinity"];
    private static readonly string[] ValueNames = ["value", "y", "values", "target"];

    /// <param name="text">Read to its end; blank lines are passed over.</param>
    /// <param name="name">The file's, which errors begin with.</param>
    /// <param name="column">The header of the column of values; null for the only one, the one called <c>value</c>, or the second of two.</param>
    /// <exception cref="SeriesException">What is wrong, where and what would be right.</exception>
    public static RegularSeries Read(TextReader text, string name, string? column = null, GridOptions? options = null)
    {
        List<TimedValue> timed = [];
        List<double> plain = [];
        Read(text, name, column, plain.Add, (at, number, _) => timed.Add(new(at, number)));
        try
        {
            return timed.Count == 0
                ? RegularGrid.Of(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(plain), options)
                : RegularGrid.Of(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(timed), options);
        }
        catch (SeriesException e)
        {
            throw new SeriesException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Reads the points as they are, in the file's order; a missing value is not a number.</summary>
    /// <returns>The values, and their times with the text that gave them; no times where the file has none.</returns>
    /// <exception cref="SeriesException">What is wrong, where and what would be right.</exception>
    public static (IReadOnlyList<double> Values, IReadOnlyList<(long AtMicros, string Text)> Times) Points(TextReader text, string name, string? column = null)
    {
        List<double> values = [];
        List<(long, string)> times = [];
        Read(text, name, column, values.Add, (at, number, written) =>
        {
            values.Add(number);
            times.Add((at, written));
        });
        return (values, times);
    }

    private static void Read(TextReader text, string name, string? column, Action<double> plain, Action<long, double, string> timed)
    {
        var count = 0;
        var (line, columns, value, time) = (0, 0, -1, -1);
        var separator = ',';
        while (text.ReadLine() is { } row)
        {
            line++;
            if (row.AsSpan().Trim().IsEmpty) continue;
            if (row.Contains('\0', StringComparison.Ordinal)) throw new SeriesException($"{name}:{line}: this is no text; give a CSV of times and values, or of one value a line");
            if (value < 0)
            {
                separator = row.Contains('\t', StringComparison.Ordinal) ? '\t' : row.Contains(';', StringComparison.Ordinal) ? ';' : ',';
                var first = row.Split(separator).Select(Cell).ToArray();
                columns = first.Length;
                var header = !first.Any(c => Number(c, out _)) && first.Any(c => !Missing.Contains(c.ToLowerInvariant()));
                value = Column(first, header, column, $"{name}:{line}");
                time = columns == 1 ? -1 : value == 0 ? 1 : 0;
                if (header) continue;
            }
            var cells = row.Split(separator);
            if (cells.Length != columns) throw new SeriesException($"{name}:{line}: {cells.Length} columns where the first line has {columns}");
            var cell = Cell(cells[value]);
            if (!Number(cell, out var number))
            {
                if (!Missing.Contains(cell.ToLowerInvariant())) throw new SeriesException($"{name}:{line}: '{Short(cell)}' is no number; leave it empty or write NaN where a value is missing");
                number = double.NaN;
            }
            count++;
            if (time < 0)
            {
                plain(number);
                continue;
            }
            if (!Moment(Cell(cells[time]), out var at))
                throw new SeriesException($"{name}:{line}: '{Short(Cell(cells[time]))}' is no time; write 2026-05-01 13:00:00, ISO 8601, or seconds since 1970");
            timed(at, number, Cell(cells[time]));
        }
        if (count == 0) throw new SeriesException($"{name}: no values; give a CSV of times and values, or of one value a line");
    }

    private static int Column(string[] first, bool header, string? column, string where)
    {
        if (column is not null)
        {
            var named = header ? Array.FindIndex(first, c => c.Equals(column, StringComparison.OrdinalIgnoreCase)) : -1;
            if (named >= 0) return named;
            throw new SeriesException(header
                ? $"{where}: no column '{column}'; there are {string.Join(", ", first.Take(8).Select(Short))}{(first.Length > 8 ? ", ..." : "")}"
                : $"{where}: there is no header to find the column '{column}' in");
        }
        if (first.Length <= 2) return first.Length - 1;
        var value = header ? Array.FindIndex(first, c => ValueNames.Contains(c.ToLowerInvariant())) : -1;
        if (value >= 0) return value;
        throw new SeriesException($"{where}: {first.Length} columns; one series a file is expected, as time and value or one value a line"
            + (header ? ", or name its column with --column" : "; for a wide file with a series a line, write one line's values below each other"));
    }

    private static bool Number(string cell, out double number) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static bool Moment(string cell, out long micros)
    {
        micros = 0;
        if (Number(cell, out var number))
        {
            // seconds since 1970, or milliseconds where seconds would lie beyond the year 5000
            var scaled = Math.Abs(number) > 1e11 ? number * 1e3 : number * 1e6;
            if (Math.Abs(scaled) > 4e18) return false;
            micros = (long)Math.Round(scaled);
            return true;
        }
        if (!DateTimeOffset.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)) return false;
        micros = (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return true;
    }

    private static string Cell(string cell) => cell.Trim().Trim('"').Trim();

    private static string Short(string cell) => cell.Length <= 30 ? cell : cell[..27] + "...";
}
