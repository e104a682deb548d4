using System.Net;
using Granary.Model;
using Microsoft.Extensions.Hosting;

namespace Granary.Client;

/// <summary>How a client reaches a gateway of the embedded host.</summary>
internal static class GatewayConnection
{
    public static void Configure(IHostApplicationBuilder builder, IPEndPoint gateway, string? token) =>
        throw GranaryException.Unavailable($"the embedded host in this build has no gateway to reach at {gateway}");
}
