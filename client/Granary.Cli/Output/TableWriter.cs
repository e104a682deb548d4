namespace Granary.Cli.Output;

/// <summary>Plain tables: upper-case headers, left-aligned cells, three spaces between columns, none at a line's end.</summary>
internal static class TableWriter
{
    private const string Gap = "   ";

    public static void Write<T>(TextWriter output, IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns, bool headers, bool color)
    {
        foreach (var line in Lines(rows, columns, headers, color)) output.WriteLine(line);
    }

    /// <summary>The table's lines, for views that place them on a screen.</summary>
    public static List<string> Lines<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns, bool headers, bool color)
    {
        var cells = new string[rows.Count][];
        var widths = columns.Select(c => headers ? c.Header.Length : 0).ToArray();
        for (var r = 0; r < rows.Count; r++)
        {
            cells[r] = new string[columns.Count];
            for (var c = 0; c < columns.Count; c++)
            {
                var text = OneLine(columns[c].Cell(rows[r]));
                cells[r][c] = text;
                widths[c] = Math.Max(widths[c], text.Length);
            }
        }

        var lines = new List<string>(rows.Count + 1);
        if (headers) lines.Add(Join([.. columns.Select(c => c.Header)], widths, _ => Tone.Plain, false));
        for (var r = 0; r < rows.Count; r++)
        {
            var row = rows[r];
            lines.Add(Join(cells[r], widths, c => columns[c].Tone?.Invoke(row) ?? Tone.Plain, color));
        }
        return lines;
    }

    private static string Join(string[] cells, int[] widths, Func<int, Tone> tone, bool color)
    {
        var line = new System.Text.StringBuilder();
        for (var c = 0; c < cells.Length; c++)
        {
            line.Append(tone(c).Paint(cells[c], color));
            if (c + 1 < cells.Length) line.Append(' ', widths[c] - cells[c].Length).Append(Gap);
        }
        return line.ToString().TrimEnd();
    }

    /// <summary>Control characters would break the table or drive the terminal.</summary>
    private static string OneLine(string text)
    {
        if (text.Length == 0) return "-";
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
    }
}
