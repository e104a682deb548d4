using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>Writes a message into one growing buffer.</summary>
public sealed class WireWriter : IDisposable
{
    private byte[] _buffer;
    private int _length;

    public WireWriter(int capacity = 256) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <summary>Forgets what comes after the position.</summary>
    public void Rewind(int length = 0) => _length = length;

    /// <summary>Gives a buffer back that has grown beyond <paramref name="bytes"/>. Only while nothing is in it.</summary>
    internal void Trim(int bytes)
    {
        if (_length != 0 || _buffer.Length <= bytes)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(256);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteTag(uint id, WireType type)
    {
        var tag = (id << 3) | (uint)type;
        if (tag < 0x80)
            WriteByte((byte)tag);
        else
            WriteVarInt(tag);
    }

    public void WriteEnd() => WriteByte(((byte)Mark.End << 3) | (byte)WireType.Mark);

    public void WriteNull() => WriteByte(((byte)Mark.Null << 3) | (byte)WireType.Mark);

    /// <summary>Says which registered type the group is of.</summary>
    public void WriteType(string alias)
    {
        WriteByte(((byte)Mark.Type << 3) | (byte)WireType.Mark);
        WriteString(alias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteByte(byte value)
    {
        if (_length == _buffer.Length)
            Grow(1);
        _buffer[_length++] = value;
    }

    public void WriteVarInt(ulong value)
    {
        var span = Reserve(10);
        var n = 0;
        while (value >= 0x80)
        {
            span[n++] = (byte)(value | 0x80);
            value >>= 7;
        }
        span[n++] = (byte)value;
        _length += n;
    }

    /// <summary>Writes a signed integer so that small magnitudes are short.</summary>
    public void WriteZigZag(long value) => WriteVarInt((ulong)(value << 1) ^ (ulong)(value >> 63));

    public void WriteFixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
        _length += 4;
    }

    public void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        _length += 8;
    }

    public void WriteFixed128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(Reserve(16), value);
        _length += 16;
    }

    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteByte(0);
            return;
        }
        var count = Encoding.UTF8.GetByteCount(value);
        WriteVarInt((ulong)count + 1);
        _length += Encoding.UTF8.GetBytes(value, Reserve(count));
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteVarInt((ulong)value.Length + 1);
        WriteRaw(value);
    }

    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    /// <summary>Starts a sequence that is not null.</summary>
    public void WriteCount(int count, WireType items)
    {
        WriteVarInt((ulong)count + 1);
        if (count > 0)
            WriteByte((byte)items);
    }

    /// <summary>Overwrites four bytes written before.</summary>
    public void PatchFixed32(int position, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(position, 4), value);

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Grow(count);
        return _buffer.AsSpan(_length);
    }

    private void Grow(int count)
    {
        var wanted = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(_length + (long)count, 256)), (uint)Array.MaxLength);
        var bigger = ArrayPool<byte>.Shared.Rent(wanted);
        _buffer.AsSpan(0, _length).CopyTo(bigger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = bigger;
    }
}
