using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Granary.Abstractions.Json;

namespace Granary.Client;

/// <summary>
/// A pool's <c>policy:</c>. Its keys are those of the policy's records, so that a part gains keys here when it gains fields there; each is checked by
/// itself, so that every problem has its line.
/// </summary>
internal static class PolicyReader
{
    /// <summary>What was written, part by part; null when nothing was.</summary>
    public static JsonObject? Read(Fields fields)
    {
        if (fields.Take("policy") is not { } node || Fields.Nothing(node)) return null;
        if (node is MapNode map) return Map(map, PolicyJson.Default.PoolPolicy, "policy", fields.Problems);
        fields.Wrong(node, "policy", "a mapping like { fairness: { use_half_life: 1h } }");
        return null;
    }

    private static JsonObject Map(MapNode map, JsonTypeInfo type, string what, FleetProblems problems)
    {
        var tree = new JsonObject();
        var known = type.Properties.Select(p => p.Name).Where(n => n != PolicyJson.Template).ToList();
        foreach (var entry in map.Entries)
        {
            if (!known.Contains(entry.Key, StringComparer.Ordinal))
                problems.Add(entry.Line, $"unknown key '{Quoting.Clip(entry.Key)}' in {what}; {Suggestions.Hint(entry.Key, known)}");
            else if (!Fields.Nothing(entry.Value) && Value(entry, type.Properties.First(p => p.Name == entry.Key).PropertyType, $"{what}.{entry.Key}", problems) is { } value)
                tree[entry.Key] = value;
        }
        return tree;
    }

    private static JsonNode? Value(MapEntry entry, Type type, string what, FleetProblems problems)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var info = PolicyJson.Default.GetTypeInfo(type)!;
        if (info.Kind == JsonTypeInfoKind.Object)
        {
            if (entry.Value is MapNode map) return Map(map, info, what, problems);
            problems.Add(entry.Value.Line, $"'{what}' must be a mapping of keys to values");
            return null;
        }
        var value = Json(entry.Value);
        try
        {
            _ = value.Deserialize(info);
            return value;
        }
        catch (JsonException e)
        {
            // The converters' own words say what would be right; the serializer's do not.
            problems.Add(entry.Value.Line, e.Message.Contains("could not be converted", StringComparison.Ordinal) ? $"'{what}' must be {Right(type)}" : $"{what}: {Quoting.Clip(e.Message, 200)}");
            return null;
        }
    }

    private static string Right(Type type) => type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(string) ? "text"
        : type == typeof(TimeSpan) ? "a duration like 30s"
        : typeof(IReadOnlyList<string>).IsAssignableFrom(type) ? "a list of words"
        : "a mapping of names to numbers";

    private static JsonNode Json(FleetNode node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)Json(e.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(i => (JsonNode?)Json(i))]),
        ScalarNode { Plain: true, Text: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        ScalarNode { Plain: true, Text: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        ScalarNode { Plain: true } number when long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        ScalarNode { Plain: true } number when double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) => JsonValue.Create(value),
        ScalarNode scalar => JsonValue.Create(scalar.Text),
        _ => throw new InvalidOperationException("a file's tree has maps, lists and scalars"),
    };
}
