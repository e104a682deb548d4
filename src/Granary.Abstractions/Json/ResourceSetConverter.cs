using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>
/// Resources as files and scripts write them: <c>{"cpu": "500m", "memory": "64Mi", "gpu": 1}</c>. Quantities are text or plain
/// numbers; names that are not built in are custom resources, which may also stand under <c>custom</c>. Writes the shortest exact text of what is not zero.
/// </summary>
public sealed class ResourceSetConverter : JsonConverter<ResourceSet>
{
    private const string CustomKey = "custom";

    private static readonly string[] Known = [.. ResourceNames.BuiltIn, CustomKey];

    /// <exception cref="JsonException">One line that names the resource and shows how to write it.</exception>
    public override ResourceSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("resources are an object, like {\"cpu\": \"500m\", \"memory\": \"64Mi\"}");
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>? custom = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (ResourceNames.IsBuiltIn(name)) Add(amounts, name, ReadAmount(ref reader, name));
            else if (name == CustomKey && reader.TokenType == JsonTokenType.StartObject) ReadCustom(ref reader, custom ??= new(StringComparer.Ordinal));
            else if (Suggestion.For(name, Known) is { } near)
                throw new JsonException($"unknown resource '{name}'; did you mean '{near}'? A custom resource of that name goes under '{CustomKey}'");
            else AddCustom(custom ??= new(StringComparer.Ordinal), name, ReadAmount(ref reader, name));
        }
        return new()
        {
            CpuMilli = amounts.GetValueOrDefault(ResourceNames.Cpu),
            MemoryMiB = amounts.GetValueOrDefault(ResourceNames.Memory),
            GpuMilli = amounts.GetValueOrDefault(ResourceNames.Gpu),
            GpuMemoryMiB = amounts.GetValueOrDefault(ResourceNames.GpuMemory),
            NetworkMbps = amounts.GetValueOrDefault(ResourceNames.Network),
            StorageMBps = amounts.GetValueOrDefault(ResourceNames.Storage),
            Custom = custom,
        };
    }

    public override void Write(Utf8JsonWriter writer, ResourceSet value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, amount) in value.Named()) writer.WriteString(name, Quantity.Format(name, amount));
        writer.WriteEndObject();
    }

    private static void ReadCustom(ref Utf8JsonReader reader, Dictionary<string, long> custom)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            AddCustom(custom, name, ReadAmount(ref reader, name));
        }
    }

    private static void AddCustom(Dictionary<string, long> custom, string name, long amount)
    {
        if (!Names.IsValid(name)) throw new JsonException($"a resource's name is {Names.Rule}");
        if (ResourceNames.IsBuiltIn(name)) throw new JsonException($"'{name}' is a built-in resource; move it out of '{CustomKey}'");
        Add(custom, name, amount);
    }

    private static void Add(Dictionary<string, long> amounts, string name, long amount)
    {
        if (!amounts.TryAdd(name, amount)) throw new JsonException($"the resource '{name}' is here twice; remove one of them");
    }

    private static long ReadAmount(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number when reader.TryGetDecimal(out var number)
                => number.ToString("0.#############################", CultureInfo.InvariantCulture),
            _ => throw new JsonException($"{name} is a quantity: text like \"500m\" or \"64Mi\", or a number"),
        };
        return Quantity.TryParse(name, text, out var amount, out var error) ? amount : throw new JsonException(error);
    }
}
