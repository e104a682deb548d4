using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Rest.Http;

/// <summary>Words that may be written as a list, or one of them alone.</summary>
/// <param name="Words">At least none.</param>
/// <param name="Alone">True when it was written without a list.</param>
internal sealed record OneOrMany(IReadOnlyList<string> Words, bool Alone);

/// <summary>Reads text, whole numbers (ids) and lists of them.</summary>
internal sealed class OneOrManyConverter : JsonConverter<OneOrMany>
{
    public override OneOrMany Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return new([Word(ref reader)], true);
        var words = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) words.Add(Word(ref reader));
        return new(words, false);
    }

    public override void Write(Utf8JsonWriter writer, OneOrMany value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var word in value.Words) writer.WriteStringValue(word);
        writer.WriteEndArray();
    }

    private static string Word(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new JsonException("expected a list of text, or one text"),
    };
}
