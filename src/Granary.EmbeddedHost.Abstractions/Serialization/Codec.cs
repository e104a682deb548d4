namespace Granary.EmbeddedHost.Serialization;

/// <summary>Writes, reads and copies values of one type.</summary>
public abstract class Codec
{
    public abstract Type Type { get; }

    public abstract WireType WireType { get; }

    /// <summary>What stands for the type on the wire where the declared type does not say it; null where it never must.</summary>
    public virtual string? Alias => null;

    /// <summary>Values need no copying: nothing about them can change.</summary>
    public virtual bool IsShallow => false;

    internal abstract object CopyBoxed(object value);

    /// <summary>Writes the fields of a group whose type mark was written.</summary>
    internal abstract void WriteUntyped(WireWriter writer, object value);

    /// <summary>Reads the fields of a group whose type mark was read, up to and with the end mark.</summary>
    internal abstract object ReadUntyped(ref WireReader reader);
}

/// <inheritdoc/>
public abstract class Codec<T> : Codec
{
    public override Type Type => typeof(T);

    public abstract void Write(WireWriter writer, T value);

    public abstract T Read(ref WireReader reader);

    public abstract T Copy(T value);

    internal override object CopyBoxed(object value) => Copy((T)value)!;

    internal override void WriteUntyped(WireWriter writer, object value)
    {
        writer.WriteTag(0, WireType);
        Write(writer, (T)value);
    }

    internal override object ReadUntyped(ref WireReader reader)
    {
        var value = default(T);
        while (reader.ReadTag(out var id, out var type))
        {
            if (id == 0 && type == WireType)
                value = Read(ref reader);
            else
                reader.Skip(type);
        }
        return value ?? throw new CodecException($"A {typeof(T).Name} has no value.");
    }
}

/// <summary>A codec of values that are never copied.</summary>
public abstract class ShallowCodec<T> : Codec<T>
{
    public override bool IsShallow => true;

    public sealed override T Copy(T value) => value;
}
