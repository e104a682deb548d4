using System.Net.Sockets;
using Granary.Client;
using Granary.EmbeddedHost.Gateway;

namespace Granary.Benchmarks.Load;

/// <summary>What a client says first to the embedded host's gateway.</summary>
internal static class GatewayGreeting
{
    public static bool IsKnown => true;

    /// <returns>Whether the server lets it in.</returns>
    public static async Task<bool> SayAsync(Socket socket, string id, string token, Func<Socket, byte[], Task> fill)
    {
        await Sockets.SendAsync(new Wire(socket), FrameKind.Hello, new Hello(Protocol.Version, id, GranaryCluster.Id, token).Write);
        var reply = new byte[Protocol.LengthBytes + 1];
        await fill(socket, reply);
        return (FrameKind)reply[^1] == FrameKind.Welcome;
    }
}
