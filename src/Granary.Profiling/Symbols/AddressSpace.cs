using System.Globalization;

namespace Granary.Profiling;

/// <summary>A file that is mapped for execution.</summary>
/// <param name="Offset">In the file, of the first byte.</param>
/// <param name="Inode">0 for anonymous memory.</param>
internal readonly record struct Mapping(ulong Start, ulong End, ulong Offset, ulong Inode, string Path);

/// <summary>What is mapped for execution in one process. Later mappings replace what they overlap.</summary>
internal sealed class AddressSpace
{
    private readonly List<Mapping> _mappings = [];

    public IReadOnlyList<Mapping> Mappings => _mappings;

    /// <param name="maps"><c>/proc/PID/maps</c>; null when it cannot be read.</param>
    public static AddressSpace Parse(string? maps)
    {
        var space = new AddressSpace();
        foreach (var line in (maps ?? "").Split('\n'))
        {
            var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 5 || fields[1].Length < 3 || fields[1][2] != 'x') continue;
            var dash = fields[0].IndexOf('-', StringComparison.Ordinal);
            if (dash > 0 && Hex(fields[0][..dash]) is { } start && Hex(fields[0][(dash + 1)..]) is { } end && end > start && Hex(fields[2]) is { } offset
                && ulong.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
                space._mappings.Add(new(start, end, offset, inode, fields.Length > 5 ? fields[5].Trim() : ""));
        }
        space._mappings.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return space;
    }

    /// <summary>Of a child that was just forked.</summary>
    public AddressSpace Copy()
    {
        var copy = new AddressSpace();
        copy._mappings.AddRange(_mappings);
        return copy;
    }

    public void Map(Mapping mapping)
    {
        _mappings.RemoveAll(m => m.Start < mapping.End && m.End > mapping.Start);
        var at = _mappings.FindIndex(m => m.Start > mapping.Start);
        _mappings.Insert(at < 0 ? _mappings.Count : at, mapping);
    }

    public Mapping? Find(ulong address)
    {
        var (low, high) = (0, _mappings.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var mapping = _mappings[middle];
            if (address < mapping.Start) high = middle - 1;
            else if (address >= mapping.End) low = middle + 1;
            else return mapping;
        }
        return null;
    }

    private static ulong? Hex(string text) => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
