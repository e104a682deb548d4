using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Granary.Cli.Output;

/// <summary>Writes one JSON document, or the same as YAML.</summary>
internal static class DocumentWriter
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        // Commands and paths stay readable; the output goes to files and terminals, never into HTML.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void WriteJson(TextWriter output, JsonNode? node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            if (node is null) writer.WriteNullValue();
            else node.WriteTo(writer);
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    public static void WriteYaml(TextWriter output, JsonNode? node)
    {
        switch (node)
        {
            case JsonArray { Count: 0 } or JsonObject { Count: 0 } or JsonValue or null:
                output.WriteLine(Scalar(node));
                break;
            default:
                Block(output, node, 0, atLineStart: true);
                break;
        }
    }

    private static void Block(TextWriter output, JsonNode node, int indent, bool atLineStart)
    {
        var first = true;
        void Indent()
        {
            if (atLineStart || !first) output.Write(new string(' ', indent));
            first = false;
        }

        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                Indent();
                output.Write("- ");
                if (IsBlock(item)) Block(output, item!, indent + 2, atLineStart: false);
                else output.WriteLine(Scalar(item));
            }
            return;
        }

        foreach (var (name, value) in (JsonObject)node)
        {
            Indent();
            output.Write(Text(name) + ":");
            if (IsBlock(value))
            {
                output.WriteLine();
                Block(output, value!, indent + 2, atLineStart: true);
            }
            else
            {
                output.WriteLine(" " + Scalar(value));
            }
        }
    }

    private static bool IsBlock(JsonNode? node) => node is JsonArray { Count: > 0 } or JsonObject { Count: > 0 };

    private static string Scalar(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray => "[]",
        JsonObject => "{}",
        _ when node.GetValueKind() == JsonValueKind.String => Text(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    /// <summary>Bare where no reader could take it for anything but this text; a JSON string, which YAML reads too, otherwise.</summary>
    private static string Text(string text)
    {
        var bare = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
        return bare ? text : $"\"{JsonEncodedText.Encode(text, Indented.Encoder)}\"";
    }
}
