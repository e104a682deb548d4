using System.Buffers;
using System.Buffers.Binary;

namespace Granary.Access.Turns;

/// <summary>How long what comes on a connection of Orleans is: a preamble (its length in four bytes before it), and then messages (the lengths of header and body in four bytes each).</summary>
public static class OrleansFrames
{
    private const int LengthBytes = sizeof(int);

    /// <summary>Bytes of the preamble and its length; 0 when that is not there yet; negative when it can be none.</summary>
    public static long Preamble(ReadOnlySequence<byte> buffer) => Read(buffer, 0) is not { } length ? 0 : length < 0 ? -1 : LengthBytes + (long)length;

    /// <summary>Bytes of a message and its lengths; 0 when those are not there yet; negative when it can be none.</summary>
    public static long Message(ReadOnlySequence<byte> buffer)
    {
        if (Read(buffer, LengthBytes) is not { } body) return 0;
        var header = Read(buffer, 0)!.Value;
        var length = 2 * LengthBytes + (long)header + body;
        return header < 0 || body < 0 || length > int.MaxValue ? -1 : length;
    }

    private static int? Read(ReadOnlySequence<byte> buffer, int at)
    {
        if (buffer.Length < at + LengthBytes) return null;
        Span<byte> bytes = stackalloc byte[LengthBytes];
        buffer.Slice(at, LengthBytes).CopyTo(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
