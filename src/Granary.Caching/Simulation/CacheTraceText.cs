using System.Globalization;
using System.Text;
using Granary.Model;

namespace Granary.Caching.Simulation;

/// <summary>Reads a trace in text: block numbers, or a table with commas.</summary>
internal sealed class CacheTraceText(string path, byte[] content)
{
    private static readonly string[] KeyNames = ["key", "id", "object", "object_id", "obj_id", "block"];
    private static readonly string[] SizeNames = ["size", "bytes", "obj_size"];

    private readonly Dictionary<string, ulong> _words = new(StringComparer.Ordinal);

    /// <exception cref="GranaryException">Invalid, with file and line.</exception>
    public CacheTrace Read()
    {
        using var reader = new StreamReader(new MemoryStream(content), new UTF8Encoding(false));
        var requests = new List<CacheRequest>();
        var header = default(Header);
        var line = 0;
        while (reader.ReadLine() is { } text)
        {
            line++;
            var trimmed = text.AsSpan().Trim();
            if (trimmed.IsEmpty || trimmed[0] is '*' or '#') continue;
            if (header is null && requests.Count == 0 && !char.IsAsciiDigit(trimmed[0])) header = ReadHeader(line, text);
            else requests.Add(header is null ? Block(line, trimmed) : Row(line, text, header));
        }
        if (requests.Count == 0) throw GranaryException.Invalid($"{path}: has no requests; a trace has at least one");
        var kind = header is null ? CacheTraceKind.Blocks : CacheTraceKind.Csv;
        return new CacheTrace(path, kind, HasSizes: header is { Size: >= 0 }, requests);
    }

    private CacheRequest Block(int line, ReadOnlySpan<char> text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var block)
            ? new CacheRequest(block, 1)
            : throw GranaryException.Invalid(
                $"{path}:{line}: '{Clip(text)}' is no block number; write one a line, or begin a table with a header like key,size");

    private Header ReadHeader(int line, string text)
    {
        var names = text.TrimStart('\uFEFF').Split(',').Select(n => n.Trim().Trim('"').ToLowerInvariant()).ToArray();
        var key = Array.FindIndex(names, n => KeyNames.Contains(n));
        if (key < 0)
            throw GranaryException.Invalid(
                $"{path}:{line}: '{Clip(text)}' is neither a block number nor a header with a column 'key'; write one block number a line, or a header like key,size");
        return new Header(names.Length, key, Array.FindIndex(names, n => SizeNames.Contains(n)));
    }

    private CacheRequest Row(int line, string text, Header header)
    {
        var cells = text.Split(',');
        if (cells.Length != header.Columns)
            throw GranaryException.Invalid($"{path}:{line}: has {cells.Length} columns where the header has {header.Columns}; write one value for each");
        var key = cells[header.Key].Trim();
        if (key.Length == 0) throw GranaryException.Invalid($"{path}:{line}: has no key");
        if (header.Size < 0) return new CacheRequest(KeyOf(key), 1);
        var size = cells[header.Size].Trim();
        if (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) || bytes > uint.MaxValue)
            throw GranaryException.Invalid($"{path}:{line}: size is '{Clip(size)}'; write whole bytes, 0 to {uint.MaxValue}");
        return new CacheRequest(KeyOf(key), bytes);
    }

    /// <summary>Numbers stand for themselves; other words are numbered downwards from the largest as they come.</summary>
    private ulong KeyOf(string key)
    {
        if (ulong.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        if (!_words.TryGetValue(key, out var word)) _words.Add(key, word = ulong.MaxValue - (ulong)_words.Count);
        return word;
    }

    private static string Clip(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : string.Concat(text[..40], "...");

    private sealed record Header(int Columns, int Key, int Size);
}
