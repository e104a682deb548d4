using System.Net;
using System.Net.Sockets;
using Granary.Execution.Http;

namespace Granary.Proxy;

/// <summary>An address that no backend may be at. One line.</summary>
internal sealed class BackendDeniedException(string message) : IOException(message);

/// <summary>
/// Opens connections to backends: to addresses that were looked at after the name was resolved, so that a name cannot lead somewhere else than was checked, and
/// never to this server's own ports, where the proxy would call itself.
/// </summary>
internal sealed class BackendDial(ProxyOptions options, IReadOnlyList<int> ownPorts)
{
    private readonly HttpHosts _hosts = options.ParsedHosts();

    /// <summary>Why a backend cannot be there, as far as that can be told without asking for its name; null where it may.</summary>
    public string? Refuses(Uri address)
    {
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal)) return Refuses(address.Host, address.Port, [literal], out _);
        return address.Host == "localhost" ? Refuses(address.Host, address.Port, [IPAddress.Loopback], out _) : null;
    }

    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var to = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(to.Host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(to.Host, cancellation).ConfigureAwait(false);
        if (Refuses(to.Host, to.Port, addresses, out var allowed) is { } refusal) throw new BackendDeniedException(refusal);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private string? Refuses(string host, int port, IPAddress[] addresses, out IPAddress[] allowed)
    {
        allowed = [];
        if (ownPorts.Contains(port) && addresses.Any(IsHere)) return $"{host}:{port} is this server itself; a service is somewhere else";
        allowed = [.. addresses.Where(a => _hosts.Allows(host, port, a))];
        return allowed.Length > 0 ? null : $"no backend may be at {host}:{port}: {ProxyOptions.Section}:{nameof(ProxyOptions.Hosts)} allows {_hosts}";
    }

    private static bool IsHere(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) return true;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().SelectMany(n => n.GetIPProperties().UnicastAddresses).Any(u => u.Address.Equals(address));
    }
}
