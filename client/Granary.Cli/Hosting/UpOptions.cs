namespace Granary.Cli.Hosting;

/// <summary>What <c>up</c> was asked for; null is the server's own default.</summary>
internal sealed record UpOptions
{
    public string? DataDirectory { get; init; }
    public string? Listen { get; init; }
    public int? GatewayPort { get; init; }
    public int? HttpPort { get; init; }
    public bool NoNode { get; init; }

    /// <summary>The same as words for another process's <c>up</c>.</summary>
    public IEnumerable<string> Words()
    {
        if (DataDirectory is not null) yield return "--data=" + DataDirectory;
        if (Listen is not null) yield return "--listen=" + Listen;
        if (GatewayPort is { } gateway) yield return Number("--gateway-port", gateway);
        if (HttpPort is { } http) yield return Number("--http-port", http);
        if (NoNode) yield return "--no-node";
    }

    private static string Number(string option, int port) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{option}={port}");
}
