using System.Buffers.Binary;
using System.IO.Hashing;

namespace Granary.Caching.Tiers;

/// <summary>
/// One entry on disk, little endian: u32 magic, u32 check of the head, u64 turn of its segment, i32 length of the key, i32 length of the value,
/// u64 check of the body, key, value; filled to a multiple of <see cref="Alignment"/>. The check of the body (XxHash3) covers the head's fields, the key and
/// the value; zero means that the entry is no longer valid. Both checks are seeded with the file's secret: a value that was made to look like a record is none.
/// </summary>
internal static class DiskRecord
{
    public const int HeadLength = 32;
    public const int Alignment = 64;

    /// <summary>Where the check of the body lies; eight bytes, which a disk writes whole.</summary>
    public const int BodyCheckAt = 24;

    private const uint Magic = 0x31435247;

    /// <summary>What a record takes on disk.</summary>
    public static long Length(int key, int value) => (HeadLength + (long)key + value + Alignment - 1) / Alignment * Alignment;

    public static void Write(Span<byte> record, DiskTurn turn, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], turn.Number);
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[20..], value.Length);
        key.CopyTo(record[HeadLength..]);
        value.CopyTo(record[(HeadLength + key.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], HeadCheck(record, turn));
        BinaryPrimitives.WriteUInt64LittleEndian(record[BodyCheckAt..], BodyCheck(record, turn, key.Length + value.Length));
    }

    /// <summary>The lengths in a head of this turn; false when it is none, or damaged.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, DiskTurn turn, out int key, out int value)
    {
        (key, value) = (0, 0);
        if (head.Length < HeadLength
            || BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(head[8..]) != turn.Number
            || BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) != HeadCheck(head, turn)) return false;
        key = BinaryPrimitives.ReadInt32LittleEndian(head[16..]);
        value = BinaryPrimitives.ReadInt32LittleEndian(head[20..]);
        return key >= 0 && value >= 0;
    }

    /// <summary>True when key and value are what was written, and still valid.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> record, DiskTurn turn, int key, int value) =>
        record.Length >= HeadLength + key + value
        && BinaryPrimitives.ReadUInt64LittleEndian(record[BodyCheckAt..]) == BodyCheck(record, turn, key + value);

    private static uint HeadCheck(ReadOnlySpan<byte> record, DiskTurn turn) => (uint)XxHash3.HashToUInt64(record[8..BodyCheckAt], turn.Secret);

    private static ulong BodyCheck(ReadOnlySpan<byte> record, DiskTurn turn, int body)
    {
        var seed = (long)XxHash3.HashToUInt64(record[8..BodyCheckAt], ~turn.Secret);
        var check = XxHash3.HashToUInt64(record.Slice(HeadLength, body), seed);
        return check == 0 ? 1 : check;
    }
}

/// <summary>Which time round the ring a record belongs to, and the secret that only this file has.</summary>
internal readonly record struct DiskTurn(ulong Number, long Secret);
