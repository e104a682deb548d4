using System.Buffers;
using System.Buffers.Binary;
using Granary.Model;

namespace Granary.Telemetry;

/// <summary>
/// Rows of a fixed number of places, one for each step of time; the row of a step overwrites the one that many steps before. A row says which step it is
/// of and has a checksum, so that one that is stale, torn or rotten is no row.
/// </summary>
internal sealed class Ring : IDisposable
{
    private const int HeaderBytes = 32; // step 8, generation 8, places used 4, checksum 4, unused 8
    private const int ReadAtOnce = 256 * 1024;
    private readonly IRingBytes _bytes;
    private readonly byte[] _row;

    public Ring(Resolution resolution, IRingBytes bytes, int places)
    {
        (Resolution, _bytes, Places) = (resolution, bytes, places);
        _row = new byte[HeaderBytes + places * resolution.CellBytes];
    }

    public Resolution Resolution { get; }

    public int Places { get; }

    /// <summary>Rows that had been written and whose checksum was wrong when they were read.</summary>
    public long Damaged { get; private set; }

    /// <summary>The name of the file of a ring with so many places.</summary>
    public static string NameOf(Resolution resolution, int places) => FormattableString.Invariant($"{(long)resolution.Step.TotalSeconds}s-{places}.ring");

    public void Write(long step, long generation, ReadOnlySpan<SeriesPoint> points)
    {
        var used = Math.Min(points.Length, Places);
        var cell = Resolution.CellBytes;
        for (var i = 0; i < used; i++)
        {
            var at = _row.AsSpan(HeaderBytes + i * cell);
            var p = points[i];
            if (!Resolution.IsAggregated)
            {
                BinaryPrimitives.WriteSingleLittleEndian(at, p.Mean);
                continue;
            }
            BinaryPrimitives.WriteSingleLittleEndian(at, p.Min);
            BinaryPrimitives.WriteSingleLittleEndian(at[4..], p.Mean);
            BinaryPrimitives.WriteSingleLittleEndian(at[8..], p.Max);
            BinaryPrimitives.WriteInt32LittleEndian(at[12..], p.Count);
        }
        var length = HeaderBytes + used * cell;
        BinaryPrimitives.WriteInt64LittleEndian(_row, step);
        BinaryPrimitives.WriteInt64LittleEndian(_row.AsSpan(8), generation);
        BinaryPrimitives.WriteInt32LittleEndian(_row.AsSpan(16), used);
        BinaryPrimitives.WriteUInt32LittleEndian(_row.AsSpan(20), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(_row.AsSpan(20), Crc32C.Of(_row.AsSpan(0, length)));
        _bytes.Write(Index(step) * (long)_row.Length, _row.AsSpan(0, length));
    }

    public delegate void Visit(long step, long generation, Row row);

    /// <summary>Visits the rows there are of the steps from the first to the last, in their order.</summary>
    public void Read(long first, long last, Visit visit)
    {
        if (last - first >= Resolution.Rows) first = last - Resolution.Rows + 1;
        Scan(first, last, any: false, visit);
    }

    /// <summary>Visits every row that is whole, of whatever step.</summary>
    public void ReadAll(Visit visit) => Scan(0, Resolution.Rows - 1, any: true, visit);

    private void Scan(long first, long last, bool any, Visit visit)
    {
        var atOnce = Math.Max(1, ReadAtOnce / _row.Length);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(atOnce, Math.Max(1, last - first + 1)) * _row.Length);
        try
        {
            for (var step = first; step <= last;)
            {
                var count = (int)Math.Min(Math.Min(atOnce, last - step + 1), Resolution.Rows - Index(step));
                var bytes = buffer.AsSpan(0, count * _row.Length);
                bytes[_bytes.Read(Index(step) * (long)_row.Length, bytes)..].Clear();
                for (var i = 0; i < count; i++, step++)
                    if (TryOpen(bytes.Slice(i * _row.Length, _row.Length), any ? null : step, out var found, out var generation, out var row)) visit(found, generation, row);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TryOpen(Span<byte> bytes, long? expected, out long step, out long generation, out Row row)
    {
        step = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        generation = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        var used = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        row = default;
        if (step == 0 && checksum == 0) return false; // never written
        if (used < 0 || used > Places)
        {
            Damaged++;
            return false;
        }
        var whole = bytes[..(HeaderBytes + used * Resolution.CellBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(whole[20..], 0);
        if (Crc32C.Of(whole) != checksum)
        {
            Damaged++;
            return false;
        }
        row = new(whole[HeaderBytes..], Resolution.IsAggregated, used);
        return expected is null || step == expected;
    }

    private int Index(long step) => (int)((step % Resolution.Rows + Resolution.Rows) % Resolution.Rows);

    public void Dispose() => _bytes.Dispose();

    /// <summary>The cells of one row.</summary>
    public readonly ref struct Row(ReadOnlySpan<byte> cells, bool isAggregated, int used)
    {
        private readonly ReadOnlySpan<byte> _cells = cells;

        public int Used => used;

        public SeriesPoint this[int place]
        {
            get
            {
                if (place >= used) return SeriesPoint.Gap;
                if (!isAggregated) return SeriesPoint.Of(BinaryPrimitives.ReadSingleLittleEndian(_cells[(place * 4)..]));
                var at = _cells[(place * 16)..];
                var count = BinaryPrimitives.ReadInt32LittleEndian(at[12..]);
                return count == 0
                    ? SeriesPoint.Gap
                    : new(BinaryPrimitives.ReadSingleLittleEndian(at), BinaryPrimitives.ReadSingleLittleEndian(at[4..]), BinaryPrimitives.ReadSingleLittleEndian(at[8..]), count);
            }
        }
    }
}
