namespace Granary.Cli.Hosting;

/// <summary>What <c>up</c> was asked for; null is the server's own default.</summary>
internal sealed record UpOptions
{
    public string? DataDirectory { get; init; }
    public string? Listen { get; init; }
    public int? GatewayPort { get; init; }
    public int? HttpPort { get; init; }
    public bool NoNode { get; init; }
    public string? TlsCertificate { get; init; }
    public string? TlsKey { get; init; }
    public bool TlsSelfSigned { get; init; }

    /// <summary>The same as words for another process's <c>up</c>.</summary>
    public IEnumerable<string> Words()
    {
        if (DataDirectory is not null) yield return "--data=" + DataDirectory;
        if (Listen is not null) yield return "--listen=" + Listen;
        if (GatewayPort is { } gateway) yield return Number("--gateway-port", gateway);
        if (HttpPort is { } http) yield return Number("--http-port", http);
        if (NoNode) yield return "--no-node";
        if (TlsCertificate is not null) yield return "--tls-certificate=" + Path.GetFullPath(TlsCertificate);
        if (TlsKey is not null) yield return "--tls-key=" + Path.GetFullPath(TlsKey);
        if (TlsSelfSigned) yield return "--tls-self-signed";
    }

    private static string Number(string option, int port) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{option}={port}");
}
