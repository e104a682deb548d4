using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Model;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), by the processor's instruction where it has one: finds what rotted on a disk.</summary>
public static class Crc32C
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
