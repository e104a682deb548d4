using System.Net;
using Granary.Client;
using Granary.EmbeddedHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Silo.Hosting;

/// <summary>The grains on the embedded host: one server, whose gateway asks for the token before it listens to anything else.</summary>
internal static class GrainHosting
{
    public const string Name = "Embedded";

    public static void AddServer(WebApplicationBuilder builder, IPAddress address, ServerSettings settings, string token) =>
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (GranaryCluster.Id, GranaryCluster.Id));
            silo.ConfigureGateway(new IPEndPoint(address, settings.GatewayPort), token);
        });
}
