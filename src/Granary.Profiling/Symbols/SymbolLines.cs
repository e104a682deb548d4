using System.Globalization;
using System.Text;

namespace Granary.Profiling;

/// <summary>Symbols that are kept as lines of text: the kernel's <c>/proc/kallsyms</c>, and <c>perf-PID.map</c> of programs that compile as they run.</summary>
internal static class SymbolLines
{
    private const int MostBytes = 64 * 1024 * 1024;

    /// <summary><c>ffffffff81000000 T name [module]</c>; none where the kernel hides its addresses.</summary>
    public static SymbolTable Kernel(string path)
    {
        var (entries, text) = (new List<(ulong, ulong, int)>(), new MemoryStream());
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                var fields = line.Split([' ', '\t'], 4);
                if (fields.Length < 3 || fields[1] is not ("t" or "T" or "w" or "W") || !TryHex(fields[0], out var start) || start == 0) continue;
                entries.Add((start, 0, Add(text, fields[2])));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SymbolTable.None;
        }
        return new(entries, text.ToArray());
    }

    /// <summary>Lines of start, size (both hexadecimal) and name: the convention of perf for just-in-time compilers.</summary>
    public static SymbolTable PerfMap(Stream stream)
    {
        var (entries, text) = (new List<(ulong, ulong, int)>(), new MemoryStream());
        using var reader = new StreamReader(stream);
        while (text.Length < MostBytes && reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ', 3);
            if (fields.Length == 3 && TryHex(fields[0], out var start) && TryHex(fields[1], out var size)) entries.Add((start, size, Add(text, fields[2])));
        }
        return new(entries, text.ToArray());
    }

    private static int Add(MemoryStream text, string name)
    {
        var at = (int)text.Length;
        text.Write(Encoding.UTF8.GetBytes(name));
        text.WriteByte(0);
        return at;
    }

    private static bool TryHex(string text, out ulong value) =>
        ulong.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
