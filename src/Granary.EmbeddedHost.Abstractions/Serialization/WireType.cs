namespace Granary.EmbeddedHost.Serialization;

/// <summary>The shape of a value on the wire: enough to skip a field that the reader does not know.</summary>
public enum WireType : byte
{
    /// <summary>An integer in groups of seven bits, least first.</summary>
    VarInt = 0,
    Fixed32 = 1,
    Fixed64 = 2,
    Fixed128 = 3,
    /// <summary>Length + 1 as a VarInt, or 0 for null; then the bytes.</summary>
    Bytes = 4,
    /// <summary>Fields up to an end mark; or the null mark alone. A type mark may come first.</summary>
    Group = 5,
    /// <summary>No value; the id says which mark.</summary>
    Mark = 6,
    /// <summary>Count + 1 as a VarInt, or 0 for null; then, unless empty, the items' wire type and the items.</summary>
    Sequence = 7,
}

/// <summary>The ids of marks.</summary>
internal static class Mark
{
    public const uint End = 0;
    public const uint Null = 1;
    public const uint Type = 2;
}

/// <summary>Bytes that are not a message of this protocol, or a value that cannot be written as one.</summary>
[Orleans.GenerateSerializer]
public sealed class CodecException(string message) : Orleans.Runtime.OrleansException(message);
