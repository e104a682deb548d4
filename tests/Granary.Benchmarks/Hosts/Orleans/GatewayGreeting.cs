using System.Net.Sockets;

namespace Granary.Benchmarks.Load;

/// <summary>Orleans' own gateway speaks Orleans' own protocol: its connections are not opened by hand here.</summary>
internal static class GatewayGreeting
{
    public static bool IsKnown => false;

    public static Task<bool> SayAsync(Socket socket, string id, string token, Func<Socket, byte[], Task> fill) => Task.FromResult(false);
}
