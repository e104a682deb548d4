using System.Net;
using System.Net.Sockets;

namespace Granary.Execution.Http;

/// <summary>A host that the node may not call. One line.</summary>
internal sealed class HttpDeniedException(string message) : IOException(message);

/// <summary>
/// Opens the one connection of one exchange: to an address that was looked at after the name was resolved, so that a name cannot lead somewhere else than was
/// checked. A second connection is refused: what was sent once is not sent again.
/// </summary>
internal sealed class HttpDial(HttpHosts hosts)
{
    private int _dialled;

    public async ValueTask<Stream> Open(DnsEndPoint to, CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _dialled, 1) != 0) throw new IOException("the connection was lost; the call is not made again");
        var addresses = IPAddress.TryParse(to.Host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(to.Host, cancel);
        var allowed = addresses.Where(a => hosts.Allows(to.Host, to.Port, a)).ToArray();
        if (allowed.Length == 0)
            throw new HttpDeniedException($"this node may not call {to.Host}:{to.Port} ({string.Join(", ", addresses.Take(3).Select(a => a.ToString()))}): Node:HttpHosts allows {hosts}");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
