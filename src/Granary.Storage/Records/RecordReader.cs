using System.Buffers.Binary;
using System.Text;

namespace Granary.Storage;

/// <summary>Reads what <see cref="RecordWriter"/> wrote. A record that ends too early or holds an impossible length is damaged.</summary>
public ref struct RecordReader(ReadOnlySpan<byte> record)
{
    private ReadOnlySpan<byte> _rest = record;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        if (_rest.IsEmpty) throw Short();
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public bool Bool() => Byte() != 0;

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new StorageException(StorageFault.Damaged, "a record is damaged: a number in it does not end");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public int Int() => checked((int)Signed());

    /// <summary>A number of elements that follow, each at least one byte long.</summary>
    public int Count()
    {
        var value = Unsigned();
        if (value > (ulong)_rest.Length) throw Short();
        return (int)value;
    }

    public double Double()
    {
        if (_rest.Length < 8) throw Short();
        var value = BinaryPrimitives.ReadDoubleLittleEndian(_rest);
        _rest = _rest[8..];
        return value;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Count();
        var value = _rest[..length];
        _rest = _rest[length..];
        return value;
    }

    private static StorageException Short() => new(StorageFault.Damaged, "a record is damaged: it ends too early");
}
