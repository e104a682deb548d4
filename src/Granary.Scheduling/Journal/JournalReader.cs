using System.Buffers.Binary;
using System.Text;
using Granary.Model;

namespace Granary.Scheduling.Journal;

/// <summary>Reads what <see cref="JournalWriter"/> wrote; whatever is cut off or not of its form is refused with the place.</summary>
internal ref struct JournalReader(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;
    private int _at;

    /// <summary>The version of the record's layout, as its first byte said.</summary>
    public byte Version { get; private set; }

    public readonly bool AtEnd => _at == _input.Length;

    public readonly int Position => _at;

    public byte Byte()
    {
        if (_at >= _input.Length) throw Damaged("ends too early");
        return _input[_at++];
    }

    /// <summary>Reads the version that a record begins with.</summary>
    /// <exception cref="GranaryException">The version is later than <paramref name="newest"/>.</exception>
    public void Begin(byte newest, string record)
    {
        Version = Byte();
        if (Version is 0 || Version > newest)
            throw new GranaryException($"{record} is of version {Version}; this build reads up to {newest}: use the build that wrote it, or a newer one");
    }

    public bool Flag() => Byte() != 0;

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw Damaged("holds an integer that is too long");
    }

    public long Number()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A count of things that each take at least one byte: a larger one than there are bytes left is damage.</summary>
    public int Count()
    {
        var count = Unsigned();
        if (count > (ulong)(_input.Length - _at)) throw Damaged($"names {count} entries where {_input.Length - _at} bytes are left");
        return (int)count;
    }

    public int Int()
    {
        var value = Number();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Damaged($"holds {value} where a small number belongs");
    }

    public double Double()
    {
        if (_input.Length - _at < 8) throw Damaged("ends too early");
        _at += 8;
        return BinaryPrimitives.ReadDoubleLittleEndian(_input[(_at - 8)..]);
    }

    public string Text()
    {
        var length = Count();
        if (length == 0) return "";
        _at += length;
        return Encoding.UTF8.GetString(_input.Slice(_at - length, length));
    }

    public byte[] Bytes()
    {
        var length = Count();
        _at += length;
        return _input.Slice(_at - length, length).ToArray();
    }

    public readonly GranaryException Damaged(string what) => new($"record {what} at byte {_at} of {_input.Length}; it is damaged, or of a newer build");
}
