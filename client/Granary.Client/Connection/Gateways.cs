using System.Net;
using System.Net.Sockets;
using Granary.Model;

namespace Granary.Client;

/// <summary>The gateways that a client may use, the one that answered first. Knocking makes the common case, nobody there, prompt on either host.</summary>
internal static class Gateways
{
    /// <exception cref="GranaryException">Unavailable: no name among the addresses can be resolved.</exception>
    /// <exception cref="SocketException">None answers: what the last said.</exception>
    public static async Task<IReadOnlyList<Gateway>> FindAsync(IReadOnlyList<ServerAddress> addresses, CancellationToken ct)
    {
        var silent = new List<Gateway>();
        for (var i = 0; i < addresses.Count; i++)
        {
            var last = i == addresses.Count - 1;
            Gateway? gateway = null;
            try
            {
                gateway = new Gateway(await addresses[i].ResolveAsync(ct), addresses[i].Host);
                using var knock = new Socket(gateway.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await knock.ConnectAsync(gateway.Endpoint, ct);
                var others = new List<Gateway>();
                foreach (var address in addresses.Skip(i + 1))
                    if (await TryResolveAsync(address, ct) is { } other) others.Add(new Gateway(other, address.Host));
                return [gateway, .. others, .. silent];
            }
            catch (Exception e) when (!last && e is SocketException or GranaryException)
            {
                if (gateway is not null) silent.Add(gateway);
            }
        }
        throw GranaryException.Invalid("no server is named; write HOST:PORT");
    }

    /// <summary>Null for a name that cannot be resolved: one of several servers may be gone for good.</summary>
    private static async Task<IPEndPoint?> TryResolveAsync(ServerAddress address, CancellationToken ct)
    {
        try
        {
            return await address.ResolveAsync(ct);
        }
        catch (GranaryException)
        {
            return null;
        }
    }
}
