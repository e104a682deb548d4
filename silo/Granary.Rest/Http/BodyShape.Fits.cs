using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Rest.Http;

/// <summary>The answer without words: nothing is allocated for what fits.</summary>
internal static partial class BodyShape
{
    /// <summary>No key of a request is longer.</summary>
    private const int LongestKey = 64;

    private static readonly ConcurrentDictionary<JsonTypeInfo, Dictionary<string, JsonTypeInfo>> Keys = new();

    /// <summary>Whether <see cref="Explain"/> would find nothing wrong; may be false for what is right but written unusually, as a key with escapes in it.</summary>
    private static bool Fits(JsonElement element, JsonTypeInfo shape)
    {
        switch (shape.Kind)
        {
            case JsonTypeInfoKind.Object:
                return element.ValueKind == JsonValueKind.Object && FitsObject(element, shape);
            case JsonTypeInfoKind.Enumerable:
                if (element.ValueKind != JsonValueKind.Array) return false;
                var items = shape.Options.GetTypeInfo(shape.ElementType!);
                foreach (var item in element.EnumerateArray())
                    if (!Fits(item, items)) return false;
                return true;
            case JsonTypeInfoKind.Dictionary:
                if (element.ValueKind != JsonValueKind.Object) return false;
                var values = shape.Options.GetTypeInfo(shape.ElementType!);
                foreach (var entry in element.EnumerateObject())
                    if (!Fits(entry.Value, values)) return false;
                return true;
            default:
                return FitsLeaf(element, shape.Type);
        }
    }

    private static bool FitsObject(JsonElement element, JsonTypeInfo shape)
    {
        var keys = Keys.GetOrAdd(shape, static s => s.Properties.ToDictionary(p => p.Name, p => s.Options.GetTypeInfo(p.PropertyType), StringComparer.Ordinal))
            .GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> key = stackalloc char[LongestKey];
        foreach (var entry in element.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(entry);
            if (name.Length > LongestKey || !Ascii.IsValid(name) || !keys.TryGetValue(key[..Encoding.ASCII.GetChars(name, key)], out var value)) return false;
            if (entry.Value.ValueKind != JsonValueKind.Null && !Fits(entry.Value, value)) return false;
        }
        return true;
    }

    private static bool FitsLeaf(JsonElement element, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return element.ValueKind == JsonValueKind.String;
        if (type == typeof(double)) return element.ValueKind == JsonValueKind.Number;
        if (type == typeof(bool)) return element.ValueKind is JsonValueKind.True or JsonValueKind.False;
        if (type == typeof(int)) return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _);
        return type != typeof(long) || (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out _));
    }
}
