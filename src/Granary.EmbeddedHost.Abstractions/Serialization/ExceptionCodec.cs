using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>A codec of an exception type: message, remote stack, inner exception, and what a derived codec adds.</summary>
public class ExceptionCodec<T>(string alias) : Codec<T> where T : Exception
{
    private const uint Message = 1000000;
    private const uint Stack = 1000001;
    private const uint Inner = 1000002;

    public override string? Alias { get; } = alias;

    public override WireType WireType => WireType.Group;

    public override bool IsShallow => true;

    public sealed override T Copy(T value) => value;

    public sealed override void Write(WireWriter writer, T value) => AnyCodec<Exception>.Instance.Write(writer, value);

    public sealed override T Read(ref WireReader reader)
        => AnyCodec<Exception>.Instance.Read(ref reader) is { } e ? e as T ?? throw new CodecException($"{e.GetType()} is not a {typeof(T)}.") : null!;

    /// <summary>Writes the members that the type has beyond those of every exception.</summary>
    protected virtual void WriteMembers(WireWriter writer, T value)
    {
    }

    /// <summary>Reads one such member; false where it is unknown.</summary>
    protected virtual bool ReadMember(ref WireReader reader, uint id, WireType type, T value) => false;

    internal sealed override void WriteUntyped(WireWriter writer, object value)
    {
        var exception = (T)value;
        writer.WriteTag(Message, WireType.Bytes);
        writer.WriteString(exception.Message);
        writer.WriteTag(Stack, WireType.Bytes);
        writer.WriteString(exception.StackTrace);
        if (exception.InnerException is { } inner)
        {
            writer.WriteTag(Inner, WireType.Group);
            AnyCodec<Exception>.Instance.Write(writer, inner);
        }
        WriteMembers(writer, exception);
    }

    internal sealed override object ReadUntyped(ref WireReader reader)
    {
        string? message = null, stack = null;
        Exception? inner = null;
        var value = (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
        while (reader.ReadTag(out var id, out var type))
        {
            if (id == Message && type == WireType.Bytes)
                message = reader.ReadString();
            else if (id == Stack && type == WireType.Bytes)
                stack = reader.ReadString();
            else if (id == Inner && type == WireType.Group)
                inner = AnyCodec<Exception>.Instance.Read(ref reader);
            else if (!ReadMember(ref reader, id, type, value))
                reader.Skip(type);
        }
        Construct(value, message, inner);
        return stack is null ? value : ExceptionDispatchInfo.SetRemoteStackTrace(value, stack);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = ".ctor")]
    private static extern void Construct(Exception exception, string? message, Exception? inner);
}

/// <summary>Exceptions on the wire.</summary>
internal static class Exceptions
{
    /// <summary>The exception, or where its type has no codec what stands in for it.</summary>
    public static Exception Known(Exception exception)
    {
        if (CodecRegistry.Find(exception.GetType()) is not null)
            return exception;
        var wrapped = new WrappedException($"{exception.GetType().Name}: {exception.Message}")
        {
            OriginalExceptionType = exception.GetType().FullName,
        };
        if (exception.StackTrace is { } stack)
            ExceptionDispatchInfo.SetRemoteStackTrace(wrapped, stack);
        return wrapped;
    }
}
