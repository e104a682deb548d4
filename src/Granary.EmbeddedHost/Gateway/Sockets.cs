using System.Net.Sockets;
using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Settings of sockets, and frames sent before there is a connection.</summary>
internal static class Sockets
{
    /// <summary>Sends at once, and notices within half a minute that the other machine is gone.</summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    public static async Task SendAsync(Wire wire, FrameKind kind, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.WriteFixed32(0);
        writer.WriteByte((byte)kind);
        body(writer);
        writer.PatchFixed32(0, (uint)(writer.Length - Protocol.LengthBytes));
        await wire.SendAsync(writer.WrittenMemory).ConfigureAwait(false);
    }
}
