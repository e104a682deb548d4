using System.Buffers.Binary;
using System.IO.Hashing;

namespace Granary.Caching.Tiers;

/// <summary>
/// What a file says of itself, in two copies a page apart, so that damage to one loses nothing: u64 magic, u64 newest turn, i64 secret, i32 bytes of a
/// segment, i32 segments, u64 check.
/// </summary>
/// <param name="Turn">The newest turn that was begun; turn t is in segment (t - 1) mod <paramref name="Segments"/>.</param>
internal sealed record DiskHeader(ulong Turn, long Secret, int SegmentBytes, int Segments)
{
    /// <summary>Where the first segment begins.</summary>
    public const int Length = 2 * CopyBytes;

    private const int CopyBytes = 4096;
    private const int Fields = 32;
    private const ulong Magic = 0x3154_4144_5347_5247;

    /// <summary>The newer of the copies that are whole; null when there is none.</summary>
    public static DiskHeader? Read(IBlockFile file)
    {
        var (first, second) = (ReadCopy(file, 0), ReadCopy(file, CopyBytes));
        return first is null || second?.Turn > first.Turn ? second : first;
    }

    /// <summary>One copy after the other: a crash between them leaves one that is whole.</summary>
    public void Write(IBlockFile file)
    {
        Span<byte> copy = stackalloc byte[Fields + 8];
        BinaryPrimitives.WriteUInt64LittleEndian(copy, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[8..], Turn);
        BinaryPrimitives.WriteInt64LittleEndian(copy[16..], Secret);
        BinaryPrimitives.WriteInt32LittleEndian(copy[24..], SegmentBytes);
        BinaryPrimitives.WriteInt32LittleEndian(copy[28..], Segments);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[Fields..], XxHash3.HashToUInt64(copy[..Fields]));
        file.Write(copy, 0);
        file.Write(copy, CopyBytes);
    }

    private static DiskHeader? ReadCopy(IBlockFile file, long offset)
    {
        Span<byte> copy = stackalloc byte[Fields + 8];
        if (file.Read(copy, offset) != copy.Length
            || BinaryPrimitives.ReadUInt64LittleEndian(copy) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(copy[Fields..]) != XxHash3.HashToUInt64(copy[..Fields])) return null;
        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(copy[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(copy[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[28..]));
    }
}
