using System.Net;
using Granary.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Silo.Hosting;

/// <summary>The grains on an Orleans silo. One silo on this machine; a cluster's membership and reminders in PostgreSQL are set up in <c>deploy/</c>.</summary>
internal static class GrainHosting
{
    public const string Name = "Orleans";

    public static void AddServer(WebApplicationBuilder builder, IPAddress address, ServerSettings settings, string token) =>
        builder.UseOrleans(silo =>
        {
            // the one silo talks to itself over loopback; its gateway listens where it was told to
            silo.UseLocalhostClustering(Ports.Claim(IPAddress.Loopback, 0, ""), settings.GatewayPort, null, GranaryCluster.Id, GranaryCluster.Id);
            silo.Configure<EndpointOptions>(o => o.GatewayListeningEndpoint = new IPEndPoint(address, settings.GatewayPort));
            var filter = new GatewayTokenFilter(token);
            silo.Services.AddSingleton<IIncomingGrainCallFilter>(filter);
            silo.Services.AddSingleton<IOutgoingGrainCallFilter>(filter);
        });
}
