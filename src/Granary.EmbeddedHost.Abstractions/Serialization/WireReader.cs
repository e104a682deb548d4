using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>Reads a message. Every length is checked against what is left, so that no input makes it allocate more than that.</summary>
public ref struct WireReader
{
    /// <summary>Groups within groups. A message that is nested deeper is refused: it would only use up the stack.</summary>
    public const int MaxDepth = 128;

    private ReadOnlySpan<byte> _rest;
    private int _depth;

    public WireReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    internal WireReader(ReadOnlySpan<byte> bytes, Calls.CallRuntime? references)
    {
        _rest = bytes;
        References = references;
    }

    /// <summary>Who makes the references to grains that are read.</summary>
    internal Calls.CallRuntime? References { get; }

    public readonly int Remaining => _rest.Length;

    /// <summary>The next field; false at the end of the group.</summary>
    public bool ReadTag(out uint id, out WireType type)
    {
        var tag = ReadVarInt();
        type = (WireType)(tag & 7);
        id = (uint)(tag >> 3);
        if (type != WireType.Mark)
            return true;
        if (id != Mark.End)
            throw new CodecException($"Mark {id} stands where a field or an end was expected.");
        _depth--;
        return false;
    }

    /// <summary>Starts a group: false where it is null. A type other than the declared one is in <paramref name="alias"/>.</summary>
    public bool ReadStart(out string? alias)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        alias = null;
        switch (Peek())
        {
            case ((int)Mark.Null << 3) | (int)WireType.Mark:
                _rest = _rest[1..];
                return false;
            case ((int)Mark.Type << 3) | (int)WireType.Mark:
                _rest = _rest[1..];
                alias = ReadString() ?? throw new CodecException("A type mark has no name.");
                Enter();
                return true;
            default:
                Enter();
                return true;
        }
    }

    public byte ReadByte()
    {
        var value = (byte)Peek();
        _rest = _rest[1..];
        return value;
    }

    public ulong ReadVarInt()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = ReadByte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
        throw new CodecException("An integer is longer than 64 bits.");
    }

    public long ReadZigZag()
    {
        var value = ReadVarInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadRaw(4));

    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadRaw(8));

    public UInt128 ReadFixed128() => BinaryPrimitives.ReadUInt128LittleEndian(ReadRaw(16));

    public string? ReadString() => TryReadBytes(out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Bytes with their length before them; false for null.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        var length = ReadVarInt();
        if (length > (ulong)_rest.Length + 1)
            throw new CodecException($"A value of {length - 1} bytes is cut off: {_rest.Length} are left.");
        bytes = length == 0 ? default : ReadRaw((int)length - 1);
        return length != 0;
    }

    /// <summary>Starts a sequence: -1 for null.</summary>
    public int ReadCount(WireType items)
    {
        var count = ReadVarInt();
        if (count <= 1)
            return (int)count - 1;
        var type = (WireType)ReadByte();
        Expect(type, items, "sequence", 0);
        if (count - 1 > (ulong)_rest.Length)
            throw new CodecException($"A sequence of {count - 1} items is cut off: {_rest.Length} bytes are left.");
        return (int)count - 1;
    }

    public readonly void Expect(WireType actual, WireType expected, string where, uint id)
    {
        if (actual != expected)
            throw new CodecException($"Field {id} of {where} is {actual} on the wire, {expected} in this build: the two were built from different types.");
    }

    public void Skip(WireType type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (type)
        {
            case WireType.VarInt:
                ReadVarInt();
                break;
            case WireType.Fixed32:
                ReadRaw(4);
                break;
            case WireType.Fixed64:
                ReadRaw(8);
                break;
            case WireType.Fixed128:
                ReadRaw(16);
                break;
            case WireType.Bytes:
                TryReadBytes(out _);
                break;
            case WireType.Group:
                if (!ReadStart(out _))
                    break;
                while (ReadTag(out _, out var field))
                    Skip(field);
                break;
            case WireType.Sequence:
                var count = ReadVarInt();
                if (count <= 1)
                    break;
                var items = (WireType)ReadByte();
                Enter();
                for (var i = 1UL; i < count; i++)
                    Skip(items);
                _depth--;
                break;
            default:
                throw new CodecException($"Wire type {type} cannot be skipped.");
        }
    }

    public ReadOnlySpan<byte> ReadRaw(int count)
    {
        if (count > _rest.Length)
            throw new CodecException($"A value of {count} bytes is cut off: {_rest.Length} are left.");
        var value = _rest[..count];
        _rest = _rest[count..];
        return value;
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw new CodecException($"The message is nested deeper than {MaxDepth} levels.");
    }

    private readonly int Peek() => _rest.Length > 0 ? _rest[0] : throw new CodecException("The message is cut off.");
}
