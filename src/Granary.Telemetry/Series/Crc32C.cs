using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Telemetry;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4).</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var state = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..]) state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) state = BitOperations.Crc32C(state, b);
        return ~state;
    }
}
