namespace Granary.EmbeddedHost.Serialization;

/// <summary>A codec of a struct with fields.</summary>
public abstract class StructCodec<T> : Codec<T> where T : struct
{
    public sealed override WireType WireType => WireType.Group;

    protected abstract void WriteFields(WireWriter writer, T value);

    protected abstract T ReadFields(ref WireReader reader);

    public sealed override void Write(WireWriter writer, T value)
    {
        WriteFields(writer, value);
        writer.WriteEnd();
    }

    public sealed override T Read(ref WireReader reader) => reader.ReadStart(out _) ? ReadFields(ref reader) : default;

    internal sealed override void WriteUntyped(WireWriter writer, object value) => WriteFields(writer, (T)value);

    internal sealed override object ReadUntyped(ref WireReader reader) => ReadFields(ref reader);
}
