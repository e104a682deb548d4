using System.Globalization;
using Granary.Model;

namespace Granary.Client;

/// <summary>
/// The keys of one map, taken one by one with the type each must have. A wrong value is a problem and reads as the default, so that
/// all problems of a file are found in one pass; <see cref="Done"/> tells the keys that nobody knows.
/// </summary>
internal sealed class Fields(MapNode map, string what, FleetProblems problems)
{
    private readonly Dictionary<string, MapEntry> _left = map.Entries.ToDictionary(e => e.Key, StringComparer.Ordinal);
    private readonly List<string> _known = [];

    public int Line => map.Line;

    public FleetProblems Problems => problems;

    /// <summary>The value; null when the key is absent.</summary>
    public FleetNode? Take(string key)
    {
        _known.Add(key);
        return _left.Remove(key, out var entry) ? entry.Value : null;
    }

    public void Problem(FleetNode node, string message) => problems.Add(node.Line, message);

    /// <summary>Text of any scalar; the default when absent or wrong.</summary>
    public string Text(string key, string absent = "") => Take(key) is { } node ? Text(node, key) ?? absent : absent;

    /// <summary>Like <see cref="Text(string, string)"/>, and a problem when absent.</summary>
    public string Required(string key, string example)
    {
        if (Take(key) is { } node)
        {
            if (Text(node, key) is not { } text) return "";
            if (text.Length > 0) return text;
            problems.Add(node.Line, $"'{key}' is empty; write {key}: {example}");
            return "";
        }
        problems.Add(map.Line, $"{what} has no '{key}'; add {key}: {example}");
        return "";
    }

    public string? Text(FleetNode node, string key)
    {
        if (Scalar(node, key, "text") is not { } scalar) return null;
        if (!scalar.Text.Contains('\0', StringComparison.Ordinal)) return scalar.Text;
        problems.Add(node.Line, $"'{key}' holds a NUL character, which no program can be given; remove it");
        return null;
    }

    public int Int(string key, int absent, int min, int max)
    {
        if (Take(key) is not { } node || Scalar(node, key, Range(min, max)) is not { } scalar) return absent;
        if (scalar.Plain && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return value;
        Wrong(node, key, Range(min, max));
        return absent;
    }

    public double Number(string key, double absent)
    {
        if (Take(key) is not { } node || Scalar(node, key, "a number") is not { } scalar) return absent;
        if (scalar.Plain && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)) return value;
        Wrong(node, key, "a number");
        return absent;
    }

    public bool Bool(string key)
    {
        if (Take(key) is not { } node || Scalar(node, key, "true or false") is not { } scalar) return false;
        if (scalar is { Plain: true, Text: "true" or "True" or "TRUE" }) return true;
        if (scalar is not { Plain: true, Text: "false" or "False" or "FALSE" }) Wrong(node, key, "true or false");
        return false;
    }

    public TimeSpan? Duration(string key)
    {
        if (Take(key) is not { } node || Scalar(node, key, "a duration like 30s") is not { } scalar) return null;
        if (Durations.TryParse(scalar.Text, out var duration, out var error)) return duration;
        problems.Add(node.Line, $"{key}: {Quoting.Clip(error, 200)}");
        return null;
    }

    public long Bytes(string key, long absent)
    {
        if (Take(key) is not { } node || Scalar(node, key, "a size like 64Mi") is not { } scalar) return absent;
        if (Quantity.TryParseBytes(scalar.Text, out var bytes, out var error)) return bytes;
        problems.Add(node.Line, $"{key}: {Quoting.Clip(error, 200)}");
        return absent;
    }

    /// <summary>One of a closed list of words.</summary>
    public T Word<T>(string key, T absent, IReadOnlyDictionary<string, T> words)
    {
        if (Take(key) is not { } node || Scalar(node, key, "a word") is not { } scalar) return absent;
        if (words.TryGetValue(scalar.Text, out var value)) return value;
        problems.Add(node.Line, $"'{Quoting.Clip(scalar.Text)}' is no {key}; {(problems.Plenty ? "write another" : Suggestions.Hint(scalar.Text, words.Keys.ToList()))}");
        return absent;
    }

    /// <summary>A map of words to text; null when absent or empty.</summary>
    public IReadOnlyDictionary<string, string>? Words(string key)
    {
        if (Take(key) is not { } node || Nothing(node)) return null;
        if (node is not MapNode words)
        {
            Wrong(node, key, $"a mapping like {{ {(key == "env" ? "LANG: C" : "domain: physics")} }}");
            return null;
        }
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in words.Entries)
            if (Text(entry.Value, $"{key}.{Quoting.Clip(entry.Key)}") is { } text) result[entry.Key] = text;
        return result.Count == 0 ? null : result;
    }

    /// <summary>True when the key is there and has a value; it counts as known.</summary>
    public bool Has(string key)
    {
        _known.Add(key);
        return _left.TryGetValue(key, out var entry) && !Nothing(entry.Value);
    }

    /// <summary>The value of a key that is yet to be taken.</summary>
    public FleetNode? Peek(string key) => _left.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <summary>The fields of a map; null when absent.</summary>
    public Fields? Map(string key, string example)
    {
        if (Take(key) is not { } node || Nothing(node)) return null;
        if (node is MapNode inner) return new Fields(inner, $"'{key}'", problems);
        Wrong(node, key, $"a mapping like {{ {example} }}");
        return null;
    }

    /// <summary>The line of a key that has not been taken; that of the map when it is absent.</summary>
    public int LineOf(string key) => _left.TryGetValue(key, out var entry) ? entry.Line : map.Line;

    /// <summary>The texts of a list, or one text alone.</summary>
    public IEnumerable<(string Text, FleetNode Node)> Texts(string key)
    {
        switch (Take(key))
        {
            case null or ScalarNode { IsNull: true }:
                yield break;
            case ScalarNode one:
                yield return (one.Text, one);
                yield break;
            case ListNode list:
                foreach (var item in list.Items)
                    if (Text(item, key) is { } text) yield return (text, item);
                yield break;
            case var wrong:
                Wrong(wrong, key, "a list of words");
                yield break;
        }
    }

    /// <summary>The entries of a map of words to text.</summary>
    public IEnumerable<(string Key, string Text, int Line)> Pairs(string key, string example)
    {
        if (Take(key) is not { } node || Nothing(node)) yield break;
        if (node is not MapNode pairs)
        {
            Wrong(node, key, $"a mapping like {example}");
            yield break;
        }
        foreach (var entry in pairs.Entries)
            if (Text(entry.Value, $"{key}.{Quoting.Clip(entry.Key)}") is { } text) yield return (entry.Key, text, entry.Line);
    }

    /// <summary>The items of a list of maps, each with its fields. Nothing at all (all items commented out) is an empty list.</summary>
    public IEnumerable<Fields> Maps(string key, string item)
    {
        if (Take(key) is not { } node || Nothing(node)) yield break;
        if (node is not ListNode list)
        {
            Wrong(node, key, $"a list: one '- ' for each {item}");
            yield break;
        }
        foreach (var each in list.Items)
        {
            if (each is MapNode fields) yield return new Fields(fields, $"this {item}", problems);
            else problems.Add(each.Line, $"a {item} must be a mapping of keys to values, not {Describe(each)}");
        }
    }

    /// <summary>Tells the keys that nobody took.</summary>
    public void Done()
    {
        foreach (var entry in _left.Values)
            problems.Add(entry.Line, $"unknown key '{Quoting.Clip(entry.Key)}' in {what}; {(problems.Plenty ? "remove it" : Suggestions.Hint(entry.Key, _known))}");
    }

    public void Wrong(FleetNode node, string key, string right) => problems.Add(node.Line, $"'{key}' must be {right}, not {Describe(node)}");

    public static bool Nothing(FleetNode node) => node is ScalarNode { IsNull: true };

    private static string Range(int min, int max) => $"a whole number from {min} to {max}";

    private static string Describe(FleetNode node) => node switch
    {
        ListNode => "a list",
        MapNode => "a mapping",
        ScalarNode { IsNull: true } => "nothing",
        ScalarNode { Plain: false } text => $"the text '{Quoting.Clip(text.Text)}'",
        ScalarNode scalar => $"'{Quoting.Clip(scalar.Text)}'",
        _ => "that",
    };

    private ScalarNode? Scalar(FleetNode node, string key, string right)
    {
        if (node is ScalarNode { IsNull: false } scalar) return scalar;
        Wrong(node, key, right);
        return null;
    }
}
