using System.Net;
using System.Net.Security;

namespace Granary.EmbeddedHost;

/// <summary>How a server lets clients in.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest message by default: 16 MiB.</summary>
    public const int DefaultMaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>Where to listen; port 0 for any free one, null for no gateway. <c>UseLocalhostClustering</c> sets it to loopback.</summary>
    public IPEndPoint? Endpoint { get; set; }

    /// <summary>What clients must present; null or empty lets every client in.</summary>
    public string? Token { get; set; }

    /// <summary>Who decides instead of <see cref="Token"/>. Default none.</summary>
    public IGatewayAccess? Access { get; set; }

    /// <summary>How connections are encrypted; null for not at all, which is for loopback and trusted networks. Default null.</summary>
    public SslServerAuthenticationOptions? Tls { get; set; }

    /// <summary>A connection that sends a longer message is closed.</summary>
    public int MaxMessageBytes { get; set; } = DefaultMaxMessageBytes;

    /// <summary>
    /// Requests of all connections together that may be under way; then connections that have more than 16 of them wait for
    /// some of theirs to end before they are read on. Default 262,144.
    /// </summary>
    public int MaxRequests { get; set; } = 262_144;

    /// <summary>Requests of one connection that may be under way; more wait unread in the socket. Default 65,536.</summary>
    public int MaxRequestsPerConnection { get; set; } = 65_536;

    /// <summary>Bytes of requests of one connection that may be under way; more wait unread in the socket. Default 64 MiB.</summary>
    public long MaxRequestBytesPerConnection { get; set; } = 64L * 1024 * 1024;

    /// <summary>Connections at a time; further ones are closed at once. Default 16,384.</summary>
    public int MaxConnections { get; set; } = 16_384;

    /// <summary>Connections that have not presented themselves yet; beyond it the one that has taken longest is closed. Default 512.</summary>
    public int MaxHandshakes { get; set; } = 512;

    /// <summary>What may wait for a client that does not take it; beyond it the client is cut off. Default 64 MiB.</summary>
    public int MaxUnsentBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>A client that takes nothing of what is sent to it for this long (at most twice) is cut off. Default 30 s.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Lets large requests in by turns; null lets them all in. Default null.</summary>
    public IGatewayTurns? Turns { get; set; }

    /// <summary>How long a new connection may take to present itself. Default 5 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>How a client reaches a server.</summary>
public sealed class GatewayClientOptions
{
    /// <summary>The server's gateway. Default port 30000 of this machine.</summary>
    public EndPoint Endpoint { get; set; } = new IPEndPoint(IPAddress.Loopback, Orleans.Configuration.EndpointOptions.DEFAULT_GATEWAY_PORT);

    /// <summary>The server's token.</summary>
    public string? Token { get; set; }

    /// <summary>How the connection is encrypted and the server known; null for not at all. Default null.</summary>
    public SslClientAuthenticationOptions? Tls { get; set; }

    public int MaxMessageBytes { get; set; } = GatewayOptions.DefaultMaxMessageBytes;

    /// <summary>How long start-up keeps trying to connect before it fails; zero for one try. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls made while not connected fail at once. Off: they wait for the connection, up to their response timeout.</summary>
    public bool FailFast { get; set; }

    /// <summary>The first wait before connecting again; it doubles up to <see cref="MaxReconnectDelay"/>. Default 50 ms.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Default 5 s.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(5);
}
