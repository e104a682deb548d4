using System.Net;
using System.Net.Sockets;

namespace Granary.Client.Tests;

internal static class FreePort
{
    /// <summary>A port of the loopback that nobody listened on a moment ago.</summary>
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
