using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>An inventory as it travels: UTF-8 JSON of bounded size, so that agents and servers of different versions understand each other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(HardwareInventory))]
public sealed partial class InventoryJson : JsonSerializerContext
{
    /// <summary>Bytes that one inventory may take.</summary>
    public const int Longest = 128 * 1024;

    /// <summary>At most <see cref="Longest"/> bytes: where it would be more, the lists are cut, and their notes say so.</summary>
    public static byte[] Encode(HardwareInventory inventory)
    {
        var whole = inventory;
        for (var most = 32; ; most /= 2)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(inventory, Default.HardwareInventory);
            if (bytes.Length <= Longest) return bytes;
            if (most == 0) return JsonSerializer.SerializeToUtf8Bytes(new HardwareInventory { At = whole.At }, Default.HardwareInventory);
            inventory = whole with
            {
                FileSystems = Cut(whole.FileSystems, most),
                Network = Cut(whole.Network, most),
                Storage = Cut(whole.Storage, most),
                Numa = Cut(whole.Numa, most),
                Accelerators = Cut(whole.Accelerators, most),
                Paths = Cut(whole.Paths, most),
            };
        }
    }

    /// <summary>Null for what is no inventory.</summary>
    public static HardwareInventory? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return bytes.IsEmpty ? null : JsonSerializer.Deserialize(bytes, Default.HardwareInventory);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static Listed<T> Cut<T>(Listed<T> list, int most) => list.Items.Count <= most
        ? list
        : list with { Items = [.. list.Items.Take(most)], Note = $"{list.Items.Count - most} more are left out: the inventory would be too long" };
}
