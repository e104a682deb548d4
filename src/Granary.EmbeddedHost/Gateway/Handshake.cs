using System.Security.Cryptography;
using System.Text;
using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>What a client says first: who it is, and that it may come in.</summary>
internal readonly record struct Hello(int Version, string ClientId, string ClusterId, string Token)
{
    public void Write(WireWriter writer)
    {
        writer.WriteFixed32(Protocol.Magic);
        writer.WriteVarInt((ulong)Version);
        writer.WriteString(ClientId);
        writer.WriteString(ClusterId);
        writer.WriteString(Token);
    }

    /// <exception cref="ProtocolException">The bytes are no greeting of this protocol.</exception>
    public static Hello Read(FrameKind kind, ReadOnlySpan<byte> body)
    {
        if (kind != FrameKind.Hello)
            throw new ProtocolException("it does not speak this protocol");
        try
        {
            var reader = new WireReader(body);
            if (reader.ReadFixed32() != Protocol.Magic)
                throw new ProtocolException("it does not speak this protocol");
            return new Hello((int)reader.ReadVarInt(), reader.ReadString() ?? "", reader.ReadString() ?? "", reader.ReadString() ?? "");
        }
        catch (CodecException)
        {
            throw new ProtocolException("it does not speak this protocol");
        }
    }

    /// <summary>Compares in a time that does not depend on where the two differ, or on their lengths.</summary>
    public bool HasToken(string? expected)
        => string.IsNullOrEmpty(expected)
            || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(Token)));
}

/// <summary>Why a server turns a client away.</summary>
internal enum RefusalCode : byte
{
    Token = 1,
    Version = 2,
    Cluster = 3,
    Stopping = 4,
    Later = 5,
}
