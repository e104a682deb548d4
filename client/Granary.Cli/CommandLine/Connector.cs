using Granary.Client;

namespace Granary.Cli.CommandLine;

/// <summary>Which server is meant, and how to come in there; null for the default of each.</summary>
/// <param name="Address">Its gateway.</param>
/// <param name="TokenFile">Holds the token: one on the command line could be read by everybody on the machine.</param>
/// <param name="Authority">PEM file of those who vouch for its certificate.</param>
/// <param name="Fingerprint">SHA-256 of its certificate.</param>
internal sealed record ServerChoice(string? Address, string? TokenFile, string? Authority, string? Fingerprint)
{
    public GranaryClientOptions ToOptions() => new() { Server = Address, TokenFile = TokenFile, Authority = Authority, Fingerprint = Fingerprint };
}

/// <summary>Reaches a server. Tests bring their own.</summary>
internal delegate Task<GranaryClient> Connector(ServerChoice server, CancellationToken cancel);
