using Granary.Client;

namespace Granary.Cli.CommandLine;

/// <summary>Reaches the server that <c>--server</c> names; null for the default. Tests bring their own.</summary>
internal delegate Task<GranaryClient> Connector(string? server, CancellationToken cancel);
