using System.Globalization;

namespace Granary.Client;

/// <summary>Which server a client means, and the token for it.</summary>
/// <param name="Gateways">Where its gateway is; several where a cluster's servers are named.</param>
/// <param name="Token">Null when none was found.</param>
/// <param name="Detail">What is known about it, for the message when it does not answer; empty for nothing.</param>
internal sealed record FoundServer(IReadOnlyList<ServerAddress> Gateways, string? Token, string Detail)
{
    /// <summary>For messages.</summary>
    public string Address => string.Join(", ", Gateways);

    public static FoundServer Find(GranaryClientOptions options, Func<string, string?> environment)
    {
        var local = new LocalServer(options.DataDirectory);
        var token = NotEmpty(options.Token) ?? NotEmpty(environment(GranaryClientOptions.TokenVariable));
        if ((NotEmpty(options.Server) ?? NotEmpty(environment(GranaryClientOptions.ServerVariable))) is { } given)
        {
            var gateways = ServerAddress.ParseAll(given);
            // The local token is for servers on this machine: it is never shown to another.
            return new FoundServer(gateways, token ?? (gateways.All(g => g.IsLoopback) ? local.ReadToken() : null), "");
        }
        token ??= local.ReadToken();
        if (local.Read() is not { } record)
            return new FoundServer([ServerAddress.Default], token, $"no server.json in {local.DataDirectory}");
        var detail = LocalServer.IsAlive(record) ? $"process {record.Pid} of {local.ServerFile}" : $"process {record.Pid} of {local.ServerFile} is gone";
        return new FoundServer([ServerAddress.Parse(record.Gateway)], token, string.Create(CultureInfo.InvariantCulture, $"{detail}"));
    }

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
