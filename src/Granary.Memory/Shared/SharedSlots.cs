using System.Text;

namespace Granary.Memory.Shared;

/// <summary>Reads and writes the slots of a map, and says which of them can be believed.</summary>
internal static class SharedSlots
{
    public static Extent ExtentOf(SharedMap map, int slot, int extent)
    {
        var (place, last) = (map.ExtentWord(slot, extent, 0), map.ExtentWord(slot, extent, 3));
        return new Extent((uint)place, (uint)(place >> 32), map.ExtentWord(slot, extent, 1), map.ExtentWord(slot, extent, 2), (SharedCodec)(uint)last);
    }

    /// <summary>Writes the extent that does not hold now.</summary>
    public static void Write(SharedMap map, ulong seed, int slot, int extent, uint generation, in Extent written)
    {
        map.ExtentWord(slot, extent, 0) = written.First | ((ulong)written.Units << 32);
        map.ExtentWord(slot, extent, 1) = written.Stored;
        map.ExtentWord(slot, extent, 2) = written.Hash;
        map.ExtentWord(slot, extent, 3) = (uint)written.Codec | ((ulong)written.Check(seed, slot, generation) << 32);
    }

    public static void WriteName(SharedMap map, ulong seed, int slot, ulong length, ReadOnlySpan<byte> name)
    {
        map.SlotLength(slot) = length;
        map.SlotNameLength(slot) = (uint)name.Length;
        map.SlotName(slot).Clear();
        name.CopyTo(map.SlotName(slot));
        map.SlotCheck(slot) = NameCheck(map, seed, slot);
    }

    /// <summary>The extent that holds, or null where the slot is free or its checks do not agree with what it says.</summary>
    public static Extent? Believed(SharedMap map, ulong seed, int slot)
    {
        var word = new SlotWord(map.Slot(slot));
        if (word.State == SlotState.Free) return null;
        var extent = ExtentOf(map, slot, word.Extent);
        var check = (uint)(map.ExtentWord(slot, word.Extent, 3) >> 32);
        return check == extent.Check(seed, slot, word.Generation) && map.SlotCheck(slot) == NameCheck(map, seed, slot) && map.Fits(extent)
            && word.Owner > 0 && word.Owner < map.Geometry.Agents && extent.Codec <= SharedCodec.Brotli
            && (extent.Codec == SharedCodec.None ? extent.Stored == map.SlotLength(slot) : map.SlotLength(slot) <= int.MaxValue)
                ? extent
                : null;
    }

    public static string? Name(SharedMap map, int slot) =>
        map.SlotNameLength(slot) is > 0 and <= SharedGeometry.ObjectNameBytes and var length ? Encoding.UTF8.GetString(map.SlotName(slot)[..(int)length]) : null;

    public static ReadOnlySpan<byte> NameBytes(SharedMap map, int slot) => map.SlotName(slot)[..(int)Math.Min(map.SlotNameLength(slot), SharedGeometry.ObjectNameBytes)];

    private static uint NameCheck(SharedMap map, ulong seed, int slot) =>
        SharedHash.Check(seed + (ulong)slot, map.SlotLength(slot), map.SlotNameLength(slot), SharedHash.Of(map.SlotName(slot), seed));
}
