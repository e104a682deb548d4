namespace Granary.EmbeddedHost.Gateway;

/// <summary>What a frame is. A frame is its length as 4 bytes, this as one byte, and a body; the length counts what follows it.</summary>
internal enum FrameKind : byte
{
    Hello = 1,
    Welcome = 2,
    Refused = 3,
    Request = 4,
    Response = 5,
    Cancel = 6,
}

/// <summary>Numbers of the protocol.</summary>
internal static class Protocol
{
    /// <summary>"GRNY": tells a client of this protocol from anything else that connects.</summary>
    public const uint Magic = 0x594E5247;

    /// <summary>Raised when an old peer could no longer understand.</summary>
    public const int Version = 1;

    public const int LengthBytes = 4;
    public const int MaxHelloBytes = 8 * 1024;
}

/// <summary>Bytes that are not this protocol. It ends the connection they came on.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
