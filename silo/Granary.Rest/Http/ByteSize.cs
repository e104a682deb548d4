using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Rest.Http;

/// <summary>A number of bytes.</summary>
internal readonly record struct ByteSize(long Bytes);

/// <summary>Reads bytes as a number, or as text like <c>64Mi</c>.</summary>
internal sealed class ByteSizeConverter : JsonConverter<ByteSize>
{
    public override ByteSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new JsonException("a size is a whole number of bytes, or text like \"64Mi\""),
        };
        return Quantity.TryParseBytes(text, out var bytes, out var error) ? new(bytes) : throw new JsonException(error);
    }

    public override void Write(Utf8JsonWriter writer, ByteSize value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Bytes);
}
