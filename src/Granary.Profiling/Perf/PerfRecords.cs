using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Granary.Profiling;

/// <summary>Records of several rings, gathered and put in the order of their times: a mapping must be known before the samples in it. Kept and used again.</summary>
internal sealed class PerfRecords
{
    private byte[] _bytes = new byte[64 * 1024];
    private readonly List<(ulong Time, int Offset, int Length)> _order = [];
    private int _used;
    private int _room;

    public int Count => _order.Count;

    public Span<byte> Room(int size)
    {
        if (_used + size > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + size));
        _room = size;
        return _bytes.AsSpan(_used, size);
    }

    /// <summary>The room was filled with a record.</summary>
    public void Take()
    {
        var record = _bytes.AsSpan(_used, _room);
        _order.Add((TimeOf(record), _used, _room));
        _used += _room;
    }

    public void Sort() => _order.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Offset.CompareTo(b.Offset));

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_order[index].Offset, _order[index].Length);

    public void Clear()
    {
        _order.Clear();
        _used = 0;
    }

    public static PerfHeader HeaderOf(ReadOnlySpan<byte> record) => MemoryMarshal.Read<PerfHeader>(record);

    // a sample has its time after pid and tid; every other record has it at its end (sample_id_all)
    public static ulong TimeOf(ReadOnlySpan<byte> record) => record.Length < 24 ? 0
        : BinaryPrimitives.ReadUInt64LittleEndian(HeaderOf(record).Type == PerfRecordType.Sample ? record[16..] : record[^8..]);
}
