using System.Buffers.Binary;
using Granary.EmbeddedHost.Gateway;
using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Tests.Fuzz;

/// <summary>Sound frames of every kind that a client sends: what the corpus was made of.</summary>
internal static class Frames
{
    public static IReadOnlyDictionary<string, byte[]> Sound { get; } = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
    {
        ["hello"] = Hello("0123456789abcdef0123456789abcdef"),
        ["hello-other-version"] = Frame(FrameKind.Hello, new Hello(99, "x", "default", "").Write),
        ["request-number"] = Request(nameof(ITestGrain.Add), w =>
        {
            w.WriteTag(0, WireType.VarInt);
            w.WriteZigZag(7);
        }),
        ["request-bytes"] = Request(nameof(ITestGrain.Size), w =>
        {
            w.WriteTag(0, WireType.Group);
            w.WriteTag(0, WireType.Bytes);
            w.WriteBytes([1, 2, 3, 4]);
            w.WriteEnd();
        }),
        ["request-context"] = Request(nameof(ITestGrain.All), _ => { }, context: true),
        ["request-one-way"] = Request(nameof(ITestGrain.All), _ => { }, id: 0),
        ["request-observer"] = Request(nameof(ITestGrain.Listen), w =>
        {
            w.WriteTag(0, WireType.Group);
            w.WriteTag(0, WireType.Bytes);
            w.WriteString("observer");
            w.WriteTag(1, WireType.Bytes);
            w.WriteString("0123456789abcdef0123456789abcdef/1");
            w.WriteTag(2, WireType.Bytes);
            w.WriteString("IListener");
            w.WriteEnd();
        }),
        ["request-unknown-method"] = Frame(FrameKind.Request, w =>
        {
            w.WriteVarInt(3);
            w.WriteFixed64(42);
            w.WriteString("test");
            w.WriteString("g");
            w.WriteByte(0);
            w.WriteEnd();
        }),
        ["response"] = Frame(FrameKind.Response, w =>
        {
            w.WriteVarInt(1);
            w.WriteByte(0);
            w.WriteEnd();
        }),
        ["cancel"] = Frame(FrameKind.Cancel, w => w.WriteVarInt(1)),
        ["nested"] = Request(nameof(ITestGrain.All), w =>
        {
            for (var i = 0; i < 100; i++) w.WriteTag(9, WireType.Group);
            for (var i = 0; i < 100; i++) w.WriteEnd();
        }),
    };

    public static byte[] Hello(string client) => Frame(FrameKind.Hello, new Hello(Protocol.Version, client, "default", "").Write);

    public static byte[] Request(string method, Action<WireWriter> arguments, ulong id = 1, bool context = false, string grain = "g") => Frame(FrameKind.Request, w =>
    {
        w.WriteVarInt(id);
        w.WriteFixed64(TestMethods.Key(method));
        w.WriteString("test");
        w.WriteString(grain);
        w.WriteByte(context ? (byte)3 : (byte)0);
        if (context)
        {
            w.WriteVarInt(1000);
            w.WriteVarInt(1);
            w.WriteString("key");
            AnyCodec<object>.Instance.Write(w, "value");
        }
        arguments(w);
        w.WriteEnd();
    });

    public static byte[] Frame(FrameKind kind, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.WriteFixed32(0);
        writer.WriteByte((byte)kind);
        body(writer);
        var bytes = writer.Written.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)(bytes.Length - Protocol.LengthBytes));
        return bytes;
    }
}
