using System.Net;
using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Turns;
using Granary.Client;
using Granary.Silo.Configuration;
using Granary.Silo.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Granary.Silo.Hosting;

/// <summary>The grains on an Orleans silo: alone on this machine, or one of a cluster that meets in PostgreSQL (<see cref="ClusterSettings"/>).</summary>
internal static class GrainHosting
{
    public const string Name = "Orleans";

    /// <summary>Where the dashboard is, below the HTTP port.</summary>
    private const string DashboardPath = "/orleans";

    public static void Check(ClusterSettings _)
    {
        // this host has whatever the settings can ask for
    }

    /// <param name="builder">The server.</param>
    /// <param name="address">Where gateway and silo listen.</param>
    /// <param name="settings">Ports.</param>
    /// <param name="cluster">How it belongs to a cluster.</param>
    /// <param name="database">Where the cluster meets; null for a server alone.</param>
    /// <param name="token">Of the data directory.</param>
    /// <param name="certificate">For gateway and silo; null for clear text.</param>
    public static void AddServer(WebApplicationBuilder builder, IPAddress address, ServerSettings settings, ClusterSettings cluster, string? database, string token, ServerCertificate? certificate)
    {
        var limits = builder.Configuration.Get<GatewayLimits>(GatewayLimits.Section);
        builder.UseOrleans(silo =>
        {
            if (database is not null) ClusterMember.Add(silo, cluster, database, address, settings);
            else AddAlone(silo, address, settings);
            ServerConnections.Add(silo, token, certificate, limits);
            silo.Configure<SiloMessagingOptions>(o => (o.MaxMessageBodySize, o.MaxEnqueuedRequestsHardLimit) = (limits.MaxMessageBytes, limits.MaxRequests));
            silo.Configure<GrainCollectionOptions>(o =>
            {
                o.CollectionAge = cluster.CollectAfter;
                o.DeactivationTimeout = cluster.LeaveWithin;
            });
            // where load differs between silos, a new grain goes to the one that has most to spare; pools are spread
            silo.AddPlacementDirector<PoolPlacement, PoolPlacementDirector>();
            silo.Services.AddSingleton<PlacementStrategy, PoolPlacement>();
            // the trace of a REST request or of an SDK call goes on in the grains that it reaches
            silo.AddActivityPropagation();
            silo.Services.AddSingleton(s => new GatewayTokenFilter(token, s.GetRequiredService<AccessGate>(), s.GetService<LargeRequests>(), limits, s));
            silo.Services.AddSingleton<IIncomingGrainCallFilter>(s => s.GetRequiredService<GatewayTokenFilter>());
            silo.Services.AddSingleton<IOutgoingGrainCallFilter>(s => s.GetRequiredService<GatewayTokenFilter>());
            if (cluster.Dashboard) silo.AddDashboard(o => o.HideTrace = true);
        });
        // the node agent's drain has all of StopWithin; the silo hands over its grains after it
        builder.Services.PostConfigure<HostOptions>(o => o.ShutdownTimeout = settings.StopWithin + cluster.LeaveWithin);
    }

    /// <summary>This host carries contexts itself.</summary>
    public static void AddTracing(IServiceCollection _)
    {
        // AddActivityPropagation above
    }

    /// <summary>Pages of the host's own that need the token wherever the server listens.</summary>
    public static IReadOnlyList<string> GuardedPaths { get; } = [DashboardPath];

    public static void Map(WebApplication app, ClusterSettings cluster)
    {
        if (cluster.Dashboard) app.MapOrleansDashboard(DashboardPath);
    }

    /// <summary>The one silo talks to itself over loopback; its gateway listens where it was told to.</summary>
    private static void AddAlone(ISiloBuilder silo, IPAddress address, ServerSettings settings)
    {
        silo.UseLocalhostClustering(Ports.Claim(IPAddress.Loopback, 0, ""), settings.GatewayPort, null, GranaryCluster.Id, GranaryCluster.Id);
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddMemoryStreams(ITelemetryGrain.Streams);
        silo.Configure<EndpointOptions>(o => o.GatewayListeningEndpoint = new IPEndPoint(address, settings.GatewayPort));
    }
}
