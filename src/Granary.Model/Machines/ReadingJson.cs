using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Model;

/// <summary>Sources as <c>measured</c>, <c>estimated</c>, <c>absent</c>.</summary>
public sealed class ReadingSourceConverter() : JsonStringEnumConverter<ReadingSource>(JsonNamingPolicy.SnakeCaseLower);

/// <summary>
/// A reading as <c>{"value": 8, "source": "measured"}</c>, with a note where it has one; what is absent has no value. The types that
/// readings are of form a closed list.
/// </summary>
public sealed class ReadingJsonConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => Create(typeToConvert) is not null;

    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) => Create(typeToConvert);

    private static JsonConverter? Create(Type type) =>
        type == typeof(Reading<long>) ? new Of<long>((ref Utf8JsonReader r) => r.GetInt64(), (w, v) => w.WriteNumberValue(v))
        : type == typeof(Reading<double>) ? new Of<double>((ref Utf8JsonReader r) => r.GetDouble(), (w, v) => w.WriteNumberValue(double.IsFinite(v) ? v : 0))
        : type == typeof(Reading<bool>) ? new Of<bool>((ref Utf8JsonReader r) => r.GetBoolean(), (w, v) => w.WriteBooleanValue(v))
        : type == typeof(Reading<string>) ? new Of<string>((ref Utf8JsonReader r) => r.GetString() ?? "", (w, v) => w.WriteStringValue(v))
        : null;

    private delegate T ReadValue<T>(ref Utf8JsonReader reader);

    private sealed class Of<T>(ReadValue<T> read, Action<Utf8JsonWriter, T> write) : JsonConverter<Reading<T>>
    {
        public override Reading<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("a reading is an object with a source");
            T? value = default;
            var source = ReadingSource.Absent;
            var note = "";
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString();
                reader.Read();
                if (name == "value") value = read(ref reader);
                else if (name == "note") note = reader.GetString() ?? "";
                else if (name == "source")
                {
                    source = reader.GetString() switch
                    {
                        "measured" => ReadingSource.Measured,
                        "estimated" => ReadingSource.Estimated,
                        _ => ReadingSource.Absent,
                    };
                }
                else reader.Skip();
            }
            return source == ReadingSource.Absent ? Readings.Absent<T>(note) : new(value, source, note);
        }

        public override void Write(Utf8JsonWriter writer, Reading<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            if (value is { IsKnown: true, Value: { } known })
            {
                writer.WritePropertyName("value");
                write(writer, known);
            }
            writer.WriteString("source", value.Source switch
            {
                ReadingSource.Measured => "measured",
                ReadingSource.Estimated => "estimated",
                _ => "absent",
            });
            if (value.Note.Length > 0) writer.WriteString("note", value.Note);
            writer.WriteEndObject();
        }
    }
}
