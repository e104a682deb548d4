using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Serialization;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Bodies of requests and responses.</summary>
internal static class Messages
{
    private const byte HasContext = 1;
    private const byte HasTimeout = 2;
    private const byte HasToken = 4;

    public static void WriteRequest(WireWriter writer, GrainCall call)
    {
        writer.WriteVarInt((call.Options & CallOptions.OneWay) != 0 ? 0 : call.CorrelationId);
        writer.WriteFixed64(call.Method.Key);
        writer.WriteString(call.TargetId.Type.ToString());
        writer.WriteString(call.TargetId.Key.ToString());
        var flags = (call.Context is { Count: > 0 } ? HasContext : 0) | (call.Timeout is not null ? HasTimeout : 0)
            | (call.GetCancellationToken().CanBeCanceled ? HasToken : 0);
        writer.WriteByte((byte)flags);
        if (call.Timeout is { } timeout)
            writer.WriteVarInt((ulong)Math.Max(0, timeout.TotalMilliseconds));
        if ((flags & HasContext) != 0)
        {
            writer.WriteVarInt((ulong)call.Context!.Count);
            foreach (var (key, value) in call.Context)
            {
                writer.WriteString(key);
                AnyCodec<object>.Instance.Write(writer, value);
            }
        }
        call.WriteArguments(writer);
        writer.WriteEnd();
    }

    /// <summary>Reads a request. One that is sound as a message but cannot be understood has its <c>Fault</c> set.</summary>
    public static GrainCall ReadRequest(ReadOnlySpan<byte> body, CallRuntime runtime, ICallSink sink)
    {
        var reader = new WireReader(body, runtime);
        var id = reader.ReadVarInt();
        var key = reader.ReadFixed64();
        var type = reader.ReadString();
        var grain = reader.ReadString();
        if (string.IsNullOrWhiteSpace(type) || grain is null)
            throw new ProtocolException("a request names no grain");
        var flags = reader.ReadByte();
        var method = GrainRegistry.FindMethod(key);
        var call = method?.Create() ?? new UnknownCall();
        call.SinkId = id;
        call.Sink = sink;
        call.TargetId = new GrainId(GrainType.Create(type), IdSpan.Create(grain));
        call.Options = call.Method.Options;
        if (id == 0)
            call.Options |= CallOptions.OneWay;
        else
            call.Options &= ~CallOptions.OneWay;
        try
        {
            if (method is null)
                throw new MissingMethodException($"The server has no grain method with key {key:x16}; it may be of another version than the client.");
            if ((flags & HasTimeout) != 0)
                call.Timeout = TimeSpan.FromMilliseconds(Math.Min(reader.ReadVarInt(), int.MaxValue));
            if ((flags & HasContext) != 0)
                call.Context = ReadContext(ref reader);
            call.ReadArguments(ref reader);
            if ((flags & HasToken) != 0)
                call.WantsToken = true;
        }
        catch (Exception e)
        {
            call.Fault = e is MissingMethodException ? new NotSupportedException(e.Message) : new CodecException($"The arguments of {call} cannot be read: {e.Message}");
        }
        return call;
    }

    public static void WriteResponse(WireWriter writer, GrainCall call)
    {
        writer.WriteVarInt(call.SinkId);
        writer.WriteByte(call.Fault is null ? (byte)0 : (byte)1);
        if (call.Fault is { } fault)
        {
            AnyCodec<Exception>.Instance.Write(writer, fault);
            return;
        }
        call.WriteResult(writer);
        writer.WriteEnd();
    }

    /// <summary>Reads what follows the number of a response.</summary>
    public static void ReadOutcome(ref WireReader reader, GrainCall call)
    {
        if (reader.ReadByte() == 0)
            call.ReadResult(ref reader);
        else
            call.Fault = AnyCodec<Exception>.Instance.Read(ref reader);
    }

    private static Dictionary<string, object> ReadContext(ref WireReader reader)
    {
        var count = reader.ReadVarInt();
        if (count > (ulong)reader.Remaining)
            throw new CodecException("A request context is cut off.");
        var context = new Dictionary<string, object>((int)Math.Min(count, 16));
        for (var i = 0UL; i < count; i++)
            context[reader.ReadString() ?? ""] = AnyCodec<object>.Instance.Read(ref reader);
        return context;
    }

    /// <summary>A request for a method that this process does not have.</summary>
    private sealed class UnknownCall : VoidGrainCall
    {
        private static readonly GrainMethod Unknown = new(typeof(IAddressable), "unknown", "unknown", "unknown", CallOptions.None, null, [], () => new UnknownCall());

        public override GrainMethod Method => Unknown;

        protected override ValueTask Start(object target) => default;
    }
}
