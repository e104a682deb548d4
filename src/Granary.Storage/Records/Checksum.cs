using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Storage;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4). SQLite checks its log but not its pages; this finds a record that rotted.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> data) => Finish(Add(Start, data));

    /// <summary>The state before the first byte.</summary>
    public const uint Start = uint.MaxValue;

    public static uint Add(uint state, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= 8; data = data[8..]) state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) state = BitOperations.Crc32C(state, b);
        return state;
    }

    public static uint Finish(uint state) => ~state;
}
