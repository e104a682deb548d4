using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Granary.Scheduling.Journal;

/// <summary>Writes journal records and snapshots: variable-length integers, little-endian doubles, UTF-8 with its length before it.</summary>
internal ref struct JournalWriter(IBufferWriter<byte> output)
{
    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span;
    private int _used;

    public void Byte(byte value)
    {
        Room(1);
        _span[_used++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>An unsigned integer in base 128, lowest group first.</summary>
    public void Unsigned(ulong value)
    {
        Room(10);
        while (value >= 0x80)
        {
            _span[_used++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _span[_used++] = (byte)value;
    }

    /// <summary>A signed integer, zig-zag.</summary>
    public void Number(long value) => Unsigned((ulong)(value << 1) ^ (ulong)(value >> 63));

    public void Double(double value)
    {
        Room(8);
        BinaryPrimitives.WriteDoubleLittleEndian(_span[_used..], value);
        _used += 8;
    }

    public void Text(string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most <= 512)
        {
            Room(most + 2);
            // A length under 128 is one byte; reserve one, and move when it turns out longer.
            var length = Encoding.UTF8.GetBytes(value, _span[(_used + 1)..]);
            if (length < 0x80)
            {
                _span[_used] = (byte)length;
                _used += length + 1;
                return;
            }
            _span.Slice(_used + 1, length).CopyTo(_span[(_used + 2)..]);
            _span[_used] = (byte)(length | 0x80);
            _span[_used + 1] = (byte)(length >> 7);
            _used += length + 2;
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(value);
        Unsigned((ulong)bytes.Length);
        Flush();
        _output.Write(bytes);
    }

    /// <summary>Bytes with their length before them.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Unsigned((ulong)value.Length);
        Flush();
        _output.Write(value);
    }

    /// <summary>Hands what was written to the output. Call once at the end.</summary>
    public void Flush()
    {
        if (_used > 0) _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    private void Room(int bytes)
    {
        if (_span.Length - _used >= bytes) return;
        Flush();
        _span = _output.GetSpan(Math.Max(bytes, 4096));
    }
}
