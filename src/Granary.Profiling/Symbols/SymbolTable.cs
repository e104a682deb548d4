using System.Text;

namespace Granary.Profiling;

/// <summary>Names of address ranges in order of address; names stay bytes until they are asked for.</summary>
internal sealed class SymbolTable
{
    private const ulong LongestGuess = 64 * 1024;
    private readonly ulong[] _starts;
    private readonly ulong[] _sizes;
    private readonly int[] _names;
    private readonly byte[] _text;

    /// <param name="entries">Start, size (0: up to the next), and offset of a name that ends with a zero byte in <paramref name="text"/>.</param>
    public SymbolTable(List<(ulong Start, ulong Size, int Name)> entries, byte[] text)
    {
        // of several names of one place the one with a size counts
        entries.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.Size.CompareTo(a.Size));
        var distinct = new List<(ulong Start, ulong Size, int Name)>(entries.Count);
        foreach (var entry in entries)
            if (distinct.Count == 0 || distinct[^1].Start != entry.Start) distinct.Add(entry);
        (_starts, _sizes, _names) = ([.. distinct.Select(e => e.Start)], [.. distinct.Select(e => e.Size)], [.. distinct.Select(e => e.Name)]);
        _text = text;
    }

    public static SymbolTable None { get; } = new([], []);

    public int Count => _starts.Length;

    public string? Find(ulong address)
    {
        var at = Array.BinarySearch(_starts, address);
        if (at < 0) at = ~at - 1;
        if (at < 0) return null;
        var size = _sizes[at];
        if (size == 0) size = at + 1 < _starts.Length ? Math.Min(_starts[at + 1] - _starts[at], LongestGuess) : LongestGuess;
        if (address - _starts[at] >= size) return null;
        var name = _text.AsSpan(_names[at]);
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
