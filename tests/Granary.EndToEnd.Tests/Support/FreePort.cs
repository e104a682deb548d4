using System.Net;
using System.Net.NetworkInformation;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>Ports that stay free between a server's death and its next start: below the range from which the kernel takes ports for outgoing connections.</summary>
internal static class FreePort
{
    private const int First = 18_000;
    private const int Count = 12_000;

    private static int _next = Environment.ProcessId * 37 % Count;

    public static int Take()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) & int.MaxValue) % Count;
            var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);
            if (!taken) return port;
        }
        throw new InvalidOperationException("no port is free");
    }

    public static string Loopback(int port) => new IPEndPoint(IPAddress.Loopback, port).ToString();
}
