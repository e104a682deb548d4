using Granary.EmbeddedHost.Calls;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>References to grains and observers: the id, and the name of the interface.</summary>
public sealed class ReferenceCodec<T> : Codec<T> where T : class, IAddressable
{
    public static readonly ReferenceCodec<T> Instance = new();

    public override WireType WireType => WireType.Group;

    public override bool IsShallow => false;

    /// <summary>Shares references; refuses a grain or an observer itself, which must not leave its turn.</summary>
    public override T Copy(T value) => value is null ? null! : (T)(object)Reference(value);

    public override void Write(WireWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNull();
            return;
        }
        var reference = Reference(value);
        writer.WriteTag(0, WireType.Bytes);
        writer.WriteString(reference.GrainId.Type.ToString());
        writer.WriteTag(1, WireType.Bytes);
        writer.WriteString(reference.GrainId.Key.ToString());
        writer.WriteTag(2, WireType.Bytes);
        writer.WriteString(reference.Interface.Name);
        writer.WriteEnd();
    }

    public override T Read(ref WireReader reader)
    {
        if (!reader.ReadStart(out _))
            return null!;
        string type = "", key = "", name = "";
        while (reader.ReadTag(out var id, out var wire))
        {
            switch (id)
            {
                case 0 when wire == WireType.Bytes:
                    type = reader.ReadString() ?? "";
                    break;
                case 1 when wire == WireType.Bytes:
                    key = reader.ReadString() ?? "";
                    break;
                case 2 when wire == WireType.Bytes:
                    name = reader.ReadString() ?? "";
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }
        var declared = typeof(T).IsInterface ? GrainRegistry.FindInterface(name) : null;
        if (declared is null || type.Length == 0 || !declared.Type.IsAssignableTo(typeof(T)))
            throw new CodecException($"\"{name}\" is not a grain interface that is a {typeof(T).Name}.");
        var runtime = reader.References ?? throw new CodecException($"A reference to {type}/{key} can only be read from a call.");
        return (T)(object)runtime.Reference(new GrainId(GrainType.Create(type), IdSpan.Create(key)), declared);
    }

    private static GrainReference Reference(T value) => value as GrainReference ?? throw new CodecException(
        $"{value.GetType().Name} is passed itself; pass a reference: this.AsReference<{typeof(T).Name}>() for a grain, CreateObjectReference for an observer.");
}
