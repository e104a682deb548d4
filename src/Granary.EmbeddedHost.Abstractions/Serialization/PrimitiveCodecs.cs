using System.Runtime.CompilerServices;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>Signed integers and enums over them, in zigzag form.</summary>
public sealed class SignedCodec<T> : ShallowCodec<T> where T : unmanaged
{
    public static readonly SignedCodec<T> Instance = new();

    private SignedCodec()
    {
    }

    public override string? Alias => typeof(T).IsEnum ? null : typeof(T).Name;

    public override WireType WireType => WireType.VarInt;

    public override void Write(WireWriter writer, T value) => writer.WriteZigZag(Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<T, sbyte>(value),
        2 => Unsafe.BitCast<T, short>(value),
        4 => Unsafe.BitCast<T, int>(value),
        _ => Unsafe.BitCast<T, long>(value),
    });

    public override T Read(ref WireReader reader)
    {
        var value = reader.ReadZigZag();
        return Unsafe.SizeOf<T>() switch
        {
            1 => Unsafe.BitCast<sbyte, T>(checked((sbyte)value)),
            2 => Unsafe.BitCast<short, T>(checked((short)value)),
            4 => Unsafe.BitCast<int, T>(checked((int)value)),
            _ => Unsafe.BitCast<long, T>(value),
        };
    }
}

/// <summary>Unsigned integers, characters, and enums over them.</summary>
public sealed class UnsignedCodec<T> : ShallowCodec<T> where T : unmanaged
{
    public static readonly UnsignedCodec<T> Instance = new();

    private UnsignedCodec()
    {
    }

    public override string? Alias => typeof(T).IsEnum ? null : typeof(T).Name;

    public override WireType WireType => WireType.VarInt;

    public override void Write(WireWriter writer, T value) => writer.WriteVarInt(Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<T, byte>(value),
        2 => Unsafe.BitCast<T, ushort>(value),
        4 => Unsafe.BitCast<T, uint>(value),
        _ => Unsafe.BitCast<T, ulong>(value),
    });

    public override T Read(ref WireReader reader)
    {
        var value = reader.ReadVarInt();
        return Unsafe.SizeOf<T>() switch
        {
            1 => Unsafe.BitCast<byte, T>(checked((byte)value)),
            2 => Unsafe.BitCast<ushort, T>(checked((ushort)value)),
            4 => Unsafe.BitCast<uint, T>(checked((uint)value)),
            _ => Unsafe.BitCast<ulong, T>(value),
        };
    }
}

/// <summary>Values of 4, 8 or 16 bytes, bit by bit.</summary>
public sealed class FixedCodec<T> : ShallowCodec<T> where T : unmanaged
{
    public static readonly FixedCodec<T> Instance = new();

    private FixedCodec()
    {
    }

    public override string? Alias => typeof(T).IsEnum ? null : typeof(T).Name;

    public override WireType WireType => Unsafe.SizeOf<T>() switch
    {
        4 => WireType.Fixed32,
        8 => WireType.Fixed64,
        _ => WireType.Fixed128,
    };

    public override void Write(WireWriter writer, T value)
    {
        if (Unsafe.SizeOf<T>() == 4)
            writer.WriteFixed32(Unsafe.BitCast<T, uint>(value));
        else if (Unsafe.SizeOf<T>() == 8)
            writer.WriteFixed64(Unsafe.BitCast<T, ulong>(value));
        else
            writer.WriteFixed128(Unsafe.BitCast<T, UInt128>(value));
    }

    public override T Read(ref WireReader reader)
    {
        if (Unsafe.SizeOf<T>() == 4)
            return Unsafe.BitCast<uint, T>(reader.ReadFixed32());
        if (Unsafe.SizeOf<T>() == 8)
            return Unsafe.BitCast<ulong, T>(reader.ReadFixed64());
        return Unsafe.BitCast<UInt128, T>(reader.ReadFixed128());
    }
}

/// <summary>True and false.</summary>
public sealed class BooleanCodec : ShallowCodec<bool>
{
    public static readonly BooleanCodec Instance = new();

    public override string? Alias => "bool";

    public override WireType WireType => WireType.VarInt;

    public override void Write(WireWriter writer, bool value) => writer.WriteByte(value ? (byte)1 : (byte)0);

    public override bool Read(ref WireReader reader) => reader.ReadVarInt() != 0;
}

/// <summary>Strings, as UTF-8.</summary>
public sealed class StringCodec : ShallowCodec<string>
{
    public static readonly StringCodec Instance = new();

    public override string? Alias => "string";

    public override WireType WireType => WireType.Bytes;

    public override void Write(WireWriter writer, string value) => writer.WriteString(value);

    public override string Read(ref WireReader reader) => reader.ReadString()!;
}

/// <summary>A value that has a form as bytes.</summary>
public sealed class BytesCodec<T>(string? alias, bool shallow, Func<T, ReadOnlyMemory<byte>> toBytes, Func<byte[], T> fromBytes) : Codec<T>
{
    public override string? Alias { get; } = alias;

    public override bool IsShallow => shallow;

    public override WireType WireType => WireType.Bytes;

    public override void Write(WireWriter writer, T value)
    {
        if (value is null)
            writer.WriteByte(0);
        else
            writer.WriteBytes(toBytes(value).Span);
    }

    public override T Read(ref WireReader reader) => reader.TryReadBytes(out var bytes) ? fromBytes(bytes.ToArray()) : default!;

    public override T Copy(T value) => shallow || value is null ? value : fromBytes(toBytes(value).ToArray());
}

/// <summary>A value that has a form as text.</summary>
public sealed class TextCodec<T>(string? alias, Func<T, string> toText, Func<string, T> fromText) : ShallowCodec<T>
{
    public override string? Alias { get; } = alias;

    public override WireType WireType => WireType.Bytes;

    public override void Write(WireWriter writer, T value) => writer.WriteString(value is null ? null : toText(value));

    public override T Read(ref WireReader reader)
    {
        try
        {
            return reader.ReadString() is { } text ? fromText(text) : default!;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CodecException($"A value is no {typeof(T).Name}: {e.Message}");
        }
    }
}
