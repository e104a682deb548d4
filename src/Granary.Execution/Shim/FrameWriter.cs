using System.Buffers.Binary;
using System.Text;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>
/// Builds frames: length of the rest (4 bytes, little-endian), kind (1 byte), fields. The socket and the log use the same ones.
/// The buffer is kept and used again.
/// </summary>
internal sealed class FrameWriter
{
    private byte[] _buffer = new byte[4096];
    private int _length;
    private int _frame = -1;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);
    public int Length => _length;

    public void Clear()
    {
        _length = 0;
        _frame = -1;
    }

    public FrameWriter Begin(FrameKind kind)
    {
        _frame = _length;
        Room(4);
        return Byte((byte)kind);
    }

    public void End() => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_frame), _length - _frame - 4);

    public FrameWriter Byte(byte value)
    {
        Room(1)[0] = value;
        return this;
    }

    public FrameWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);
        return this;
    }

    public FrameWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);
        return this;
    }

    public FrameWriter Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Int(size);
        Encoding.UTF8.GetBytes(value, Room(size));
        return this;
    }

    public FrameWriter Texts(IReadOnlyList<string> values)
    {
        Int(values.Count);
        foreach (var value in values) Text(value);
        return this;
    }

    public FrameWriter Time(DateTimeOffset value) => Long(value.UtcTicks);

    public FrameWriter Key(LeaseKey key) => Text(key.Task.Pool).Long(key.Task.Number).Long(key.Token);

    public FrameWriter Lease(Lease lease) => Key(LeaseKey.Of(lease)).Text(lease.Node).Int(lease.Attempt);

    public FrameWriter Exit(ExitInfo exit) => Int(exit.Code ?? int.MinValue).Int(exit.Signal).Long(exit.PeakMemoryKiB)
        .Long(exit.CpuTime.Ticks).Long(exit.WallTime.Ticks).Byte((byte)exit.Cause).Text(exit.Message);

    public FrameWriter Report(TaskReport report)
    {
        Lease(report.Lease).Byte((byte)report.Kind).Time(report.At).Byte(report.Exit is null ? (byte)0 : (byte)1);
        return report.Exit is null ? this : Exit(report.Exit);
    }

    private Span<byte> Room(int size)
    {
        if (_length + size > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        var room = _buffer.AsSpan(_length, size);
        _length += size;
        return room;
    }
}
