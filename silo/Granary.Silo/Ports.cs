using System.Net;
using System.Net.Sockets;
using Granary.Model;

namespace Granary.Silo;

/// <summary>Ports are tried before anything starts, so that a clash is one clear line and not a half-started server.</summary>
internal static class Ports
{
    /// <summary>The address to listen on.</summary>
    public static IPAddress Address(string listen)
    {
        if (string.Equals(listen, "localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.Loopback;
        return IPAddress.TryParse(listen, out var address)
            ? address
            : throw GranaryException.Invalid($"'{listen}' is no address to listen on; write an IP address such as 127.0.0.1 or 0.0.0.0");
    }

    /// <summary>The port itself when it is free, or a free one for 0.</summary>
    public static int Claim(IPAddress address, int port, string option)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Start(1);
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException e)
        {
            throw GranaryException.Refused(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"port {port} at {address} is in use; stop what uses it, or choose another with {option}",
                SocketError.AccessDenied => $"port {port} at {address} needs privileges; choose one over 1023 with {option}",
                SocketError.AddressNotAvailable => $"{address} is not an address of this machine; choose another with --listen",
                _ => $"cannot listen on {address}:{port}: {e.Message}; choose another port with {option}",
            });
        }
    }
}
