using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Granary.Model;

namespace Granary.Execution.Http;

/// <summary>
/// Which hosts HTTP tasks of a node may call (<c>Node:HttpHosts</c>): <c>loopback</c>, <c>any</c>, names (<c>api.example.org</c>, <c>*.example.org</c>), addresses
/// and networks (<c>10.0.0.0/8</c>), each but networks with a port where only that one is meant, parted by <c>;</c>. The address that a name leads to is what is
/// checked, at the moment of connecting: a name never leads to the node itself, to a link-local address or to a cloud's metadata service unless the address is allowed.
/// </summary>
public sealed class HttpHosts
{
    public const string Default = "loopback";

    public const string None = "none";

    /// <summary>Where clouds answer their machines questions about credentials; beside all of 169.254.0.0/16 and fe80::/10.</summary>
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("100.100.100.200")];

    private readonly List<(string Name, int Port)> _names = [];
    private readonly List<IPNetwork> _networks = [];
    private bool _loopback;
    private readonly string _text;

    private HttpHosts(string text) => _text = text;

    /// <summary>Null for <c>none</c>.</summary>
    /// <param name="text">As above.</param>
    /// <param name="setting">Where it is written, for what is said of a part that is wrong.</param>
    /// <exception cref="GranaryException">Invalid: the part that is wrong and what would be right.</exception>
    public static HttpHosts? Parse(string text, string setting = "Node:HttpHosts")
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts is [] or [None]) return null;
        var hosts = new HttpHosts(string.Join("; ", parts));
        foreach (var part in parts)
            if (!hosts.Add(part.ToLowerInvariant()))
                throw GranaryException.Invalid($"{setting}: '{part}' is not valid; write loopback, any, none, a name like *.example.org:443, or a network like 10.0.0.0/8");
        return hosts;
    }

    /// <summary>Whether a call to this host and port may end at this address.</summary>
    public bool Allows(string host, int port, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (_loopback && IPAddress.IsLoopback(address)) return true;
        foreach (var network in _networks)
            if (network.Contains(address)) return true;
        if (!IsOrdinary(address)) return false;
        host = host.TrimEnd('.').ToLowerInvariant();
        foreach (var (name, only) in _names)
            if ((only == 0 || only == port) && Matches(name, host)) return true;
        return false;
    }

    public override string ToString() => _text;

    /// <summary>Not this machine, this link, everybody at once, or a metadata service.</summary>
    private static bool IsOrdinary(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || Metadata.Contains(address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return !(address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.IsIPv6SiteLocal || address.Equals(IPAddress.IPv6Any) || IsTranslated(address));
        var bytes = address.GetAddressBytes();
        return bytes[0] is not (0 or 127 or >= 224) && !(bytes[0] == 169 && bytes[1] == 254);
    }

    /// <summary>An IPv4 address in another dress (64:ff9b::/96, 2002::/16): whom it reaches is not what it says.</summary>
    private static bool IsTranslated(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes is [0x00, 0x64, 0xff, 0x9b, ..] or [0x20, 0x02, ..];
    }

    private static bool Matches(string pattern, string host) =>
        pattern == "*" || pattern == host || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.Ordinal) && host.Length > pattern.Length - 1);

    private bool Add(string part)
    {
        if (part == "loopback") return _loopback = true;
        if (part.Contains('/', StringComparison.Ordinal)) return IPNetwork.TryParse(part, out var network) && Keep(network);
        if (IPAddress.TryParse(part, out var address)) return Keep(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
        var (name, port) = (part, 0);
        if (part.LastIndexOf(':') is > 0 and var colon)
        {
            name = part[..colon];
            if (!int.TryParse(part[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535) return false;
        }
        if (name == "any") name = "*";
        else if (Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) != UriHostNameType.Dns) return false;
        _names.Add((name, port));
        return true;
    }

    private bool Keep(IPNetwork network)
    {
        _networks.Add(network);
        return true;
    }
}
