using System.Globalization;
using Granary.Model;

namespace Granary.Client;

/// <summary>Which server a client means, and the token for it.</summary>
/// <param name="Gateways">Where its gateway is; several where a cluster's servers are named.</param>
/// <param name="Token">Null when none was found.</param>
/// <param name="Detail">What is known about it, for the message when it does not answer; empty for nothing.</param>
internal sealed record FoundServer(IReadOnlyList<ServerAddress> Gateways, string? Token, string Detail)
{
    /// <summary>How the server is known; null for a connection without TLS.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>For messages.</summary>
    public string Address => string.Join(", ", Gateways);

    public static FoundServer Find(GranaryClientOptions options, Func<string, string?> environment)
    {
        var local = new LocalServer(options.DataDirectory);
        var token = GivenToken(options, environment);
        if ((NotEmpty(options.Server) ?? NotEmpty(environment(GranaryClientOptions.ServerVariable))) is { } given)
        {
            var gateways = ServerAddress.ParseAll(given);
            if (gateways.Count > 1 && gateways.Any(g => g.UsesTls != gateways[0].UsesTls))
                throw GranaryException.Invalid($"'{Quoting.Clip(given)}': some of these gateways use TLS and others do not; write tls:// (or, on a trusted network, tcp://) before each");
            var ours = gateways.Count == 1 && local.Read() is { } known && IsOf(gateways[0], known) ? known : null;
            // The local token is for servers on this machine: it is never shown to another.
            return new FoundServer(gateways, token ?? (gateways.All(g => g.IsLoopback) || ours is not null ? local.ReadToken() : null), "") { Trust = Trusting(gateways[0], ours, options, environment) };
        }
        token ??= local.ReadToken();
        if (local.Read() is not { } record)
            return new FoundServer([ServerAddress.Default], token, $"no server.json in {local.DataDirectory}");
        var detail = LocalServer.IsAlive(record) ? $"process {record.Pid} of {local.ServerFile}" : $"process {record.Pid} of {local.ServerFile} is gone";
        var gateway = ServerAddress.Parse(record.Gateway);
        return new FoundServer([gateway], token, string.Create(CultureInfo.InvariantCulture, $"{detail}")) { Trust = Trusting(gateway, record, options, environment) };
    }

    /// <summary>Whether the address leads to the server of this machine that left the record.</summary>
    private static bool IsOf(ServerAddress gateway, ServerRecord record) =>
        ServerAddress.Parse(record.Gateway) is var own && own.Port == gateway.Port && (own.Host == gateway.Host || gateway.IsLoopback);

    /// <summary>How the server is known; null for a connection without TLS. The record of a server on this machine says whether it has TLS, and by what it is known.</summary>
    private static ServerTrust? Trusting(ServerAddress gateway, ServerRecord? local, GranaryClientOptions options, Func<string, string?> environment)
    {
        if (local is null ? !gateway.UsesTls : local.Fingerprint is null && gateway.WantsTls is not true) return null;
        var fingerprint = NotEmpty(options.Fingerprint) ?? NotEmpty(environment(GranaryClientOptions.FingerprintVariable));
        var authority = NotEmpty(options.Authority) ?? NotEmpty(environment(GranaryClientOptions.AuthorityVariable));
        return new ServerTrust(gateway.Host, authority, fingerprint ?? (authority is null ? local?.Fingerprint : null));
    }

    /// <exception cref="GranaryException">Invalid: the file that was named cannot be read.</exception>
    private static string? GivenToken(GranaryClientOptions options, Func<string, string?> environment)
    {
        if (NotEmpty(options.Token) is { } own) return own;
        if (NotEmpty(options.TokenFile) is { } file) return FromFile(file, "--token-file");
        if (NotEmpty(environment(GranaryClientOptions.TokenVariable)) is { } variable) return variable;
        return NotEmpty(environment(GranaryClientOptions.TokenFileVariable)) is { } named ? FromFile(named, GranaryClientOptions.TokenFileVariable) : null;
    }

    private static string FromFile(string path, string option)
    {
        try
        {
            return NotEmpty(File.ReadAllText(path))?.Trim() ?? throw GranaryException.Invalid($"{option}: {path} is empty; it holds the token and nothing else");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GranaryException.Invalid($"{option}: {path} cannot be read: {Quoting.Clip(e.Message.ReplaceLineEndings(" "), 200)}");
        }
    }

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
