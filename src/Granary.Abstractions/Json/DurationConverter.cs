using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>Durations as files write them (<c>"30s"</c>, <c>"5m"</c>), or a number of seconds.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var seconds))
            return seconds >= 0 && seconds <= Durations.Max.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new JsonException($"seconds must be from 0 to {Durations.Max.TotalSeconds}");
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("a duration is text like \"30s\", \"5m\" or \"2h\", or a number of seconds");
        return Durations.TryParse(reader.GetString()!, out var duration, out var error) ? duration : throw new JsonException(error);
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Durations.Format(value));
}
