using System.Runtime.CompilerServices;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>A codec of a class: null, the class itself, or a registered class derived from it.</summary>
public abstract class ClassCodec<T> : Codec<T> where T : class
{
    public sealed override WireType WireType => WireType.Group;

    /// <summary>Writes the fields, without the end mark.</summary>
    protected abstract void WriteFields(WireWriter writer, T value);

    /// <summary>Reads fields up to and with the end mark.</summary>
    protected abstract T ReadFields(ref WireReader reader);

    /// <summary>Copies a value of exactly this class.</summary>
    protected abstract T CopyFields(T value);

    public sealed override void Write(WireWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNull();
            return;
        }
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (value.GetType() == typeof(T))
        {
            WriteFields(writer, value);
        }
        else
        {
            var codec = CodecRegistry.OfValue(value);
            writer.WriteType(codec.Alias!);
            codec.WriteUntyped(writer, value);
        }
        writer.WriteEnd();
    }

    public sealed override T Read(ref WireReader reader)
    {
        if (!reader.ReadStart(out var alias))
            return null!;
        if (alias is null || alias == Alias)
            return ReadFields(ref reader);
        return CodecRegistry.OfAlias(alias).ReadUntyped(ref reader) as T
            ?? throw new CodecException($"\"{alias}\" is not a {typeof(T).Name}.");
    }

    public sealed override T Copy(T value)
    {
        if (value is null || IsShallow && value.GetType() == typeof(T))
            return value!;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return value.GetType() == typeof(T) ? CopyFields(value) : (T)CodecRegistry.OfValue(value).CopyBoxed(value);
    }

    internal sealed override void WriteUntyped(WireWriter writer, object value) => WriteFields(writer, (T)value);

    internal sealed override object ReadUntyped(ref WireReader reader) => ReadFields(ref reader);
}
