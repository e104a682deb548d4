using System.Net;

namespace Granary.Client;

/// <summary>A gateway that was found.</summary>
/// <param name="Endpoint">Where it is.</param>
/// <param name="Host">The name or address that was asked for, which its certificate is for.</param>
internal sealed record Gateway(IPEndPoint Endpoint, string Host)
{
    /// <summary>As Orleans writes gateways.</summary>
    public Uri ToUri() => new($"gwy.tcp://{Endpoint}/0");
}
