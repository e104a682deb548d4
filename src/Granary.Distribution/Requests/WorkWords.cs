using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Distribution.Requests;

/// <summary>A program and its arguments as a list, or a line for <c>/bin/sh -c</c> as one text.</summary>
[JsonConverter(typeof(WorkCommandConverter))]
public sealed record WorkCommand(IReadOnlyList<string> Words, bool Line);

/// <summary>Reads and writes it.</summary>
public sealed class WorkCommandConverter : JsonConverter<WorkCommand>
{
    public override WorkCommand Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new([reader.GetString()!], true);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("expected a list of text, or one text for the shell");
        var words = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            words.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()!
                : reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : throw new JsonException("expected a list of text, or one text for the shell"));
        return new(words, false);
    }

    public override void Write(Utf8JsonWriter writer, WorkCommand value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var word in value.Words) writer.WriteStringValue(word);
        writer.WriteEndArray();
    }
}

/// <summary>A number of bytes, or text like <c>64Mi</c>.</summary>
[JsonConverter(typeof(WorkBytesConverter))]
public readonly record struct WorkBytes(long Bytes);

/// <summary>Reads and writes it.</summary>
public sealed class WorkBytesConverter : JsonConverter<WorkBytes>
{
    public override WorkBytes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)) return number >= 0 ? new(number) : throw new JsonException("a size is 0 bytes or more");
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("a size is a whole number of bytes, or text like \"64Mi\"");
        return Quantity.TryParseBytes(reader.GetString()!, out var bytes, out var error) ? new(bytes) : throw new JsonException(error);
    }

    public override void Write(Utf8JsonWriter writer, WorkBytes value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Bytes);
}

/// <summary>An input: its path as text, or an object with <c>path</c>, <c>size</c> and <c>at</c> (nodes that have it).</summary>
[JsonConverter(typeof(InputRequestConverter))]
public sealed record InputRequest(string Path, long Bytes = 0, IReadOnlyList<string>? At = null);

/// <summary>Reads and writes it.</summary>
public sealed class InputRequestConverter : JsonConverter<InputRequest>
{
    private static readonly WorkBytesConverter Bytes = new();

    public override InputRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("an input is a path, or an object with path, size and at");
        string? path = null;
        long bytes = 0;
        List<string>? at = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "path" when reader.TokenType == JsonTokenType.String:
                    path = reader.GetString();
                    break;
                case "size":
                    bytes = Bytes.Read(ref reader, typeof(WorkBytes), options).Bytes;
                    break;
                case "at" when reader.TokenType == JsonTokenType.String:
                    at = [reader.GetString()!];
                    break;
                case "at" when reader.TokenType == JsonTokenType.StartArray:
                    at = [];
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                        at.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("at is a node's name, or a list of them"));
                    break;
                default:
                    throw new JsonException(name is "path" or "at" ? $"{name} of an input is not text" : $"an input has no '{name}'; it has path, size and at");
            }
        }
        return path is { Length: > 0 } ? new(path, bytes, at) : throw new JsonException("an input without a path; write \"path\"");
    }

    public override void Write(Utf8JsonWriter writer, InputRequest value, JsonSerializerOptions options) => writer.WriteStringValue(value.Path);
}

/// <summary><c>count</c>, <c>size</c>, <c>data</c>.</summary>
public enum PartitionBy
{
    Count,
    Size,
    Data,
}

public sealed class PartitionByConverter() : NamedEnumConverter<PartitionBy>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>all</c>, <c>each</c>.</summary>
public sealed class WorkFlowConverter() : NamedEnumConverter<WorkFlow>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>fail</c>, <c>skip</c>.</summary>
public sealed class PoisonPolicyConverter() : NamedEnumConverter<PoisonPolicy>(JsonNamingPolicy.SnakeCaseLower);
