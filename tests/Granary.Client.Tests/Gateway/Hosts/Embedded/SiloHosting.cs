using System.Net;
using Granary.EmbeddedHost;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Client.Tests;

internal static class SiloHosting
{
    public static void Add(IHostApplicationBuilder builder, int port, string token) => builder.UseOrleans(silo =>
    {
        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (GranaryCluster.Id, GranaryCluster.Id));
        silo.ConfigureGateway(new IPEndPoint(IPAddress.Loopback, port), token);
    });
}
