using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>
/// Resources as files and scripts write them: <c>{"cpu": "500m", "memory": "64Mi", "gpu": 1}</c>. Quantities are text or plain
/// numbers; names that are not built in are custom resources. Writes the shortest exact text of what is not zero.
/// </summary>
public sealed class ResourceSetConverter : JsonConverter<ResourceSet>
{
    /// <exception cref="JsonException">One line that names the resource and shows how to write it.</exception>
    public override ResourceSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("resources are an object, like {\"cpu\": \"500m\", \"memory\": \"64Mi\"}");
        var set = ResourceSet.Zero;
        Dictionary<string, long>? custom = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!Names.IsValid(name)) throw new JsonException($"a resource's name is {Names.Rule}");
            if (!seen.Add(name)) throw new JsonException($"resource '{name}' is given twice; keep one");
            reader.Read();
            var amount = ReadAmount(ref reader, name);
            set = name switch
            {
                ResourceNames.Cpu => set with { CpuMilli = amount },
                ResourceNames.Memory => set with { MemoryMiB = amount },
                ResourceNames.Gpu => set with { GpuMilli = amount },
                ResourceNames.GpuMemory => set with { GpuMemoryMiB = amount },
                ResourceNames.Network => set with { NetworkMbps = amount },
                ResourceNames.Storage => set with { StorageMBps = amount },
                _ => AddCustom(set, name, amount),
            };
        }
        return custom is null ? set : set with { Custom = custom };

        ResourceSet AddCustom(ResourceSet current, string name, long amount)
        {
            (custom ??= new(StringComparer.Ordinal)).Add(name, amount);
            return current;
        }
    }

    public override void Write(Utf8JsonWriter writer, ResourceSet value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, amount) in value.Named()) writer.WriteString(name, Quantity.Format(name, amount));
        writer.WriteEndObject();
    }

    private static long ReadAmount(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number when reader.TryGetDecimal(out var number)
                => number.ToString("0.#############################", System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new JsonException($"{name} is a quantity: text like \"500m\" or \"64Mi\", or a number"),
        };
        return Quantity.TryParse(name, text, out var amount, out var error) ? amount : throw new JsonException(error);
    }
}
