using System.Buffers;
using System.Text;

namespace Granary.Caching.Tiers;

/// <summary>Finds the whole records of a segment after any end of its last writer, and after any damage.</summary>
internal static class DiskRecovery
{
    /// <param name="found">Called with key, offset in the file and length of each record of this turn that is whole and valid.</param>
    public static void Scan(IBlockFile file, long offset, int segmentBytes, DiskTurn turn, Action<string, long, int> found)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(segmentBytes);
        try
        {
            var segment = buffer.AsSpan(0, file.Read(buffer.AsSpan(0, segmentBytes), offset));
            for (long at = 0; at + DiskRecord.HeadLength <= segment.Length;)
            {
                var record = segment[(int)at..];
                if (!DiskRecord.TryReadHead(record, turn, out var key, out var value) || DiskRecord.Length(key, value) > record.Length)
                {
                    // Behind a damaged head the next one is looked for.
                    at += DiskRecord.Alignment;
                    continue;
                }
                var length = DiskRecord.Length(key, value);
                if (DiskRecord.IsIntact(record, turn, key, value))
                    found(Encoding.UTF8.GetString(record.Slice(DiskRecord.HeadLength, key)), offset + at, (int)length);
                at += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
