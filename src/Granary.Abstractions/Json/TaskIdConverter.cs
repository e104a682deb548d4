using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A task's id as <c>pool/number</c>.</summary>
public sealed class TaskIdConverter : JsonConverter<TaskId>
{
    public override TaskId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TaskId.TryParse(reader.GetString(), out var id) ? id
            : throw new JsonException("a task's id is text like \"default/12\"");

    public override void Write(Utf8JsonWriter writer, TaskId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
