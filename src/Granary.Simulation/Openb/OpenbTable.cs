using System.Globalization;
using Granary.Model;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Openb;

/// <summary>One of the trace's CSV files, row by row: columns are found by their names in the header; fields have no quotes.</summary>
internal sealed class OpenbTable : IDisposable
{
    private readonly StreamReader _reader;
    private readonly int[] _columns;
    private readonly string[] _names;
    private readonly int _width;
    private string[] _fields = [];

    /// <param name="path">The file; errors begin with it.</param>
    /// <param name="names">The columns wanted, in the order in which they are asked for; a name that ends in '?' need not be there.</param>
    public OpenbTable(string path, params string[] names)
    {
        Path = path;
        _names = [.. names.Select(n => n.TrimEnd('?'))];
        _reader = new StreamReader(TraceFile.OpenStream(path, out _));
        var header = (ReadLine() ?? throw GranaryException.Invalid($"{path}: is empty; it begins with a header: {string.Join(',', _names)}"))
            .Split(',', StringSplitOptions.TrimEntries);
        _width = header.Length;
        _columns = [.. _names.Select(n => Array.FindIndex(header, h => h.Equals(n, StringComparison.OrdinalIgnoreCase)))];
        for (var i = 0; i < names.Length; i++)
            if (_columns[i] < 0 && !names[i].EndsWith('?')) throw Bad($"the header has no column '{names[i]}'; it should read {string.Join(',', _names)}");
    }

    public string Path { get; }

    public int Line { get; private set; }

    /// <summary>Goes to the next row that is not empty; false at the end.</summary>
    public bool Next()
    {
        while (ReadLine() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            _fields = line.Split(',', StringSplitOptions.TrimEntries);
            if (_fields.Length != _width) throw Bad($"{_fields.Length} fields; the header has {_width}. Is the file cut off?");
            return true;
        }
        return false;
    }

    /// <summary>The field; empty where the file has no such column.</summary>
    public string Text(int column) => _columns[column] < 0 ? "" : _fields[_columns[column]];

    /// <summary>A whole number; null when the field is empty.</summary>
    public long? Number(int column)
    {
        var text = Text(column);
        if (text.Length == 0) return null;
        // Python's writers turn a column of whole numbers with gaps into "12.0".
        if (text.EndsWith(".0", StringComparison.Ordinal)) text = text[..^2];
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Bad($"{_names[column]} is '{Text(column)}'; it must be a whole number");
    }

    /// <summary>A whole number that must be there.</summary>
    public long Needed(int column) => Number(column) ?? throw Bad($"{_names[column]} is empty; it must be a whole number");

    /// <summary>An error in the row just read.</summary>
    public GranaryException Bad(string what) => GranaryException.Invalid($"{Path}:{Line}: {what}");

    public void Dispose() => _reader.Dispose();

    private string? ReadLine()
    {
        Line++;
        try
        {
            return _reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw TraceFile.Unreadable(Path, e);
        }
    }
}
