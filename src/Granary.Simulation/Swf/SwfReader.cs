using System.Globalization;
using System.Text;
using Granary.Model;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Swf;

/// <summary>
/// Reads a trace in Standard Workload Format line by line out of one buffer: nothing is allocated per job. Comments of the header are
/// kept as names and values.
/// </summary>
internal sealed class SwfReader(Stream stream, string path)
{
    private const int MaxLine = 64 * 1024;

    private readonly byte[] _buffer = new byte[2 * MaxLine];
    private readonly Dictionary<string, string> _header = new(StringComparer.OrdinalIgnoreCase);
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>The number of the line last read, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Comments of the form <c>; Name: value</c>; the first of a name holds.</summary>
    public IReadOnlyDictionary<string, string> Header => _header;

    /// <summary>A whole number from the header; 0 when it is not there or none.</summary>
    public int HeaderNumber(string name) =>
        _header.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The next job.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="GranaryException">Invalid, with file, line, what is wrong and what would be right.</exception>
    public bool Read(out SwfRecord record)
    {
        record = default;
        while (NextLine(out var line, out var cut))
        {
            var text = line.Trim(" \t\r"u8);
            if (text.IsEmpty) continue;
            if (text[0] == (byte)';')
            {
                Comment(text[1..]);
                continue;
            }
            Parse(text, cut, ref record);
            return true;
        }
        return false;
    }

    /// <param name="cut">True when the file ended without an end of line.</param>
    private bool NextLine(out ReadOnlySpan<byte> line, out bool cut)
    {
        cut = false;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var newline = rest.IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = rest[..newline];
                _start += newline + 1;
                Line++;
                return true;
            }
            if (_atEnd)
            {
                line = rest;
                _start = _end;
                cut = true;
                Line++;
                return !line.IsEmpty;
            }
            if (rest.Length >= MaxLine) throw Error(1, $"is longer than {MaxLine / 1024} KiB; a job is one line of {SwfFields.Count} numbers");
            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }
        try
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _atEnd = read == 0;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TraceFile.Unreadable(path, e);
        }
    }

    private void Comment(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        if (colon <= 0) return;
        var name = Encoding.UTF8.GetString(text[..colon].Trim((byte)' '));
        _header.TryAdd(name, Encoding.UTF8.GetString(text[(colon + 1)..].Trim((byte)' ')));
    }

    private void Parse(ReadOnlySpan<byte> text, bool cut, ref SwfRecord record)
    {
        var field = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny((byte)' ', (byte)'\t');
            var word = end < 0 ? text : text[..end];
            if (field == SwfFields.Count) throw Error(0, $"has more than {SwfFields.Count} fields; a job has exactly {SwfFields.Count}");
            if (!TryNumber(word, out record[field])) throw NotANumber(word, field, cut);
            field++;
            text = end < 0 ? [] : text[end..].TrimStart(" \t"u8);
        }
        if (field < SwfFields.Count)
            throw Error(0, $"has {field} fields; a job has {SwfFields.Count}, with -1 for what is unknown{(cut ? " (the file ends within this line: it seems to be cut off)" : "")}");
    }

    /// <summary>Digits with an optional sign and fraction. Faster than the general parser, and no infinity or exponent gets in.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> word, out double value)
    {
        value = 0;
        var negative = word[0] == (byte)'-';
        var digits = word[(negative || word[0] == (byte)'+' ? 1 : 0)..];
        if (digits.IsEmpty || digits.Length > 24) return false;
        long whole = 0;
        var scale = 0.0;
        foreach (var c in digits)
        {
            if (c == (byte)'.')
            {
                if (scale > 0) return false;
                scale = 1;
                continue;
            }
            var digit = c - '0';
            if ((uint)digit > 9) return false;
            if (whole > long.MaxValue / 16) return false;
            whole = whole * 10 + digit;
            scale *= 10;
        }
        if (digits.Length == 1 && scale == 1) return false;
        value = scale > 1 ? whole / scale : whole;
        if (negative) value = -value;
        return true;
    }

    private GranaryException NotANumber(ReadOnlySpan<byte> word, int field, bool cut)
    {
        var shown = new StringBuilder();
        foreach (var c in word[..Math.Min(word.Length, 24)]) shown.Append(c is >= 32 and < 127 ? (char)c : '?');
        return Error(0, $"field {field + 1} ({SwfFields.Name(field)}) is '{shown}'; it must be a number, -1 when unknown{(cut ? " (the file ends within this line)" : "")}");
    }

    /// <param name="ahead">Lines past the last one read.</param>
    internal GranaryException Error(int ahead, string what) =>
        GranaryException.Invalid(string.Create(CultureInfo.InvariantCulture, $"{path}:{Line + ahead}: {what}"));
}
