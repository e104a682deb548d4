using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Granary.Model;

namespace Granary.Rest.Http;

/// <summary>
/// Compares JSON with the shape of a request before it is read, so that a mistyped key or a wrong type is named together with what
/// would be right. Shapes come from the request records themselves.
/// </summary>
internal static partial class BodyShape
{
    /// <exception cref="GranaryException">Invalid: the path, what is there, and what was expected.</exception>
    public static void Check(JsonElement element, JsonTypeInfo shape, string path)
    {
        // what does not fit is gone through again, for the words: they cost more than all the rest of a large request
        if (!Fits(element, shape)) Explain(element, shape, path);
    }

    private static void Explain(JsonElement element, JsonTypeInfo shape, string path)
    {
        switch (shape.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(element, shape, path);
                break;
            case JsonTypeInfoKind.Enumerable:
                Expect(element, JsonValueKind.Array, path, "a list");
                var index = 0;
                foreach (var item in element.EnumerateArray())
                    Explain(item, shape.Options.GetTypeInfo(shape.ElementType!), $"{path}[{index++}]");
                break;
            case JsonTypeInfoKind.Dictionary:
                Expect(element, JsonValueKind.Object, path, "an object of text");
                foreach (var entry in element.EnumerateObject())
                    Explain(entry.Value, shape.Options.GetTypeInfo(shape.ElementType!), Join(path, entry.Name));
                break;
            default:
                CheckLeaf(element, shape.Type, path);
                break;
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo shape, string path)
    {
        Expect(element, JsonValueKind.Object, path, "an object");
        foreach (var entry in element.EnumerateObject())
        {
            var property = shape.Properties.FirstOrDefault(p => p.Name == entry.Name) ?? throw Unknown(entry.Name, shape, path);
            if (entry.Value.ValueKind == JsonValueKind.Null) continue;
            Explain(entry.Value, shape.Options.GetTypeInfo(property.PropertyType), Join(path, entry.Name));
        }
    }

    private static GranaryException Unknown(string name, JsonTypeInfo shape, string path)
    {
        var near = Suggestion.For(name, shape.Properties.Select(p => p.Name));
        var help = near is null ? $"known are {string.Join(", ", shape.Properties.Select(p => p.Name))}" : $"did you mean '{near}'?";
        return GranaryException.Invalid($"{Place(path)}: unknown key '{Text.Clip(name)}'; {help}");
    }

    private static void CheckLeaf(JsonElement element, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) Expect(element, JsonValueKind.String, path, "text");
        else if (type == typeof(double)) Expect(element, JsonValueKind.Number, path, "a number");
        else if (type == typeof(bool))
        {
            if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw Wrong(element, path, "true or false");
        }
        else if (type == typeof(int))
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out _))
                throw Wrong(element, path, $"a whole number from {int.MinValue} to {int.MaxValue}");
        }
        else if (type == typeof(long) && (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out _)))
        {
            throw Wrong(element, path, "a whole number");
        }
    }

    private static void Expect(JsonElement element, JsonValueKind kind, string path, string expected)
    {
        if (element.ValueKind != kind) throw Wrong(element, path, expected);
    }

    private static GranaryException Wrong(JsonElement element, string path, string expected)
    {
        var found = element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => $"the text \"{Text.Clip(element.GetString()!)}\"",
            JsonValueKind.Null => "null",
            _ => Text.Clip(element.GetRawText()),
        };
        return GranaryException.Invalid($"{Place(path)}: expected {expected}, found {found}");
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Place(string path) => path.Length == 0 ? "the body" : Text.Clip(path);
}
