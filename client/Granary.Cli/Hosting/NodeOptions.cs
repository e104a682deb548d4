using Granary.Model;

namespace Granary.Cli.Hosting;

/// <summary>What <c>node</c> was asked for; null is what the machine says of itself.</summary>
internal sealed record NodeOptions
{
    /// <summary>Gateway of the server to join.</summary>
    public required string Join { get; init; }
    public string? Name { get; init; }
    public string? Pool { get; init; }
    public ResourceSet? Capacity { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public string? DataDirectory { get; init; }
    public string? RunAs { get; init; }
    public string? TokenFile { get; init; }
    public string? Authority { get; init; }
    public string? Fingerprint { get; init; }
}
