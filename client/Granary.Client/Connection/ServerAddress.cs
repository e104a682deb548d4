using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Granary.Model;

namespace Granary.Client;

/// <summary>A gateway's address: <c>HOST:PORT</c>, <c>[::1]:PORT</c>, or a host alone with the default port.</summary>
public sealed record ServerAddress(string Host, int Port)
{
    private const string TlsScheme = "tls://";
    private const string PlainScheme = "tcp://";

    /// <summary>What was written before the host: true for <c>tls://</c>, false for <c>tcp://</c>, null for nothing.</summary>
    public bool? WantsTls { get; init; }

    /// <summary>Beyond loopback unless told otherwise.</summary>
    public bool UsesTls => WantsTls ?? !IsLoopback;

    public static ServerAddress Default { get; } = new("127.0.0.1", LocalServer.DefaultGatewayPort);

    public bool IsLoopback => Host is "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <exception cref="GranaryException">Invalid, when it is no address.</exception>
    public static ServerAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        bool? tls = trimmed.StartsWith(TlsScheme, StringComparison.OrdinalIgnoreCase) ? true : trimmed.StartsWith(PlainScheme, StringComparison.OrdinalIgnoreCase) ? false : null;
        var (host, port) = Split(tls is null ? trimmed : trimmed[TlsScheme.Length..]);
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown
            || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            throw GranaryException.Invalid($"'{Quoting.Clip(trimmed)}' is no server address; write HOST:PORT, like {Default}");
        return new ServerAddress(host, number) { WantsTls = tls };
    }

    /// <summary>The gateways of a cluster's servers, parted by commas: any of them leads to all pools.</summary>
    /// <exception cref="GranaryException">Invalid, when one is no address.</exception>
    public static IReadOnlyList<ServerAddress> ParseAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length < 2 ? [Parse(text)] : [.. parts.Select(Parse).Distinct()];
    }

    /// <exception cref="GranaryException">Unavailable, when the name cannot be resolved.</exception>
    public async Task<IPEndPoint> ResolveAsync(CancellationToken ct)
    {
        if (IPAddress.TryParse(Host, out var address)) return new IPEndPoint(address, Port);
        try
        {
            var all = await Dns.GetHostAddressesAsync(Host, ct);
            var chosen = all.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? all.FirstOrDefault();
            if (chosen is not null) return new IPEndPoint(chosen, Port);
        }
        catch (SocketException)
        {
            // said below, in one line
        }
        throw GranaryException.Unavailable($"no machine is called '{Quoting.Clip(Host)}'; check --server or GRANARY_SERVER");
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static (string Host, string Port) Split(string text)
    {
        var defaultPort = LocalServer.DefaultGatewayPort.ToString(CultureInfo.InvariantCulture);
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0) return ("", "");
            var rest = text[(end + 1)..];
            return (text[1..end], rest.Length == 0 ? defaultPort : rest[0] == ':' ? rest[1..] : "");
        }
        var colon = text.LastIndexOf(':');
        return colon < 0 ? (text, defaultPort) : (text[..colon], text[(colon + 1)..]);
    }
}
