namespace Granary.EmbeddedHost.Serialization;

/// <summary>A codec of an interface, an abstract class without a codec of its own, or <see cref="object"/>.</summary>
public sealed class AnyCodec<T> : Codec<T> where T : class
{
    public static readonly AnyCodec<T> Instance = new();

    public override WireType WireType => WireType.Group;

    public override void Write(WireWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNull();
            return;
        }
        object known = value is Exception e ? Exceptions.Known(e) : value;
        var codec = CodecRegistry.OfValue(known);
        writer.WriteType(codec.Alias!);
        codec.WriteUntyped(writer, known);
        writer.WriteEnd();
    }

    public override T Read(ref WireReader reader)
    {
        if (!reader.ReadStart(out var alias))
            return null!;
        if (alias is null)
            throw new CodecException($"A value for {typeof(T).Name} does not say its type.");
        return CodecRegistry.OfAlias(alias).ReadUntyped(ref reader) as T
            ?? throw new CodecException($"\"{alias}\" is not a {typeof(T).Name}.");
    }

    public override T Copy(T value)
        => value is null or Exception ? value! : (T)CodecRegistry.OfValue(value).CopyBoxed(value);
}
