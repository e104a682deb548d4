using System.Buffers.Text;

namespace Granary.Hardware;

/// <summary>Walks over the lines, and the words of a line, of a file of /proc. What is missing or no number reads as nothing, never as an error.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;
    private ReadOnlySpan<byte> _line;

    /// <summary>What is left of the line.</summary>
    public readonly ReadOnlySpan<byte> Line => _line;

    public bool NextLine()
    {
        if (_rest.IsEmpty) return false;
        var end = _rest.IndexOf((byte)'\n');
        _line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return true;
    }

    /// <summary>The next word of the line; empty at its end.</summary>
    public ReadOnlySpan<byte> Word()
    {
        var start = 0;
        while (start < _line.Length && _line[start] is (byte)' ' or (byte)'\t') start++;
        var end = start;
        while (end < _line.Length && _line[end] is not ((byte)' ' or (byte)'\t')) end++;
        var word = _line[start..end];
        _line = _line[end..];
        return word;
    }

    public void Skip(int words)
    {
        for (var i = 0; i < words; i++) Word();
    }

    /// <summary>False, and the word is passed, when it is not there or is no number.</summary>
    public bool Number(out ulong value) => TryNumber(Word(), out value);

    /// <summary>Goes to what follows a character of the line, like the colon of <c>eth0:123</c>.</summary>
    public ReadOnlySpan<byte> UpTo(byte separator)
    {
        var end = _line.IndexOf(separator);
        if (end < 0) return default;
        var word = _line[..end].Trim((byte)' ');
        _line = _line[(end + 1)..];
        return word;
    }

    public static bool TryNumber(ReadOnlySpan<byte> word, out ulong value) =>
        Utf8Parser.TryParse(word, out value, out var used) && used == word.Length;
}
