using System.Net;
using Granary.Client;
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

    /// <summary>This host can do whatever the settings ask of it.</summary>
    public static void Check(ClusterSettings _)
    {
        // nothing to refuse
    }

    /// <param name="builder">The server.</param>
    /// <param name="address">Where gateway and silo listen.</param>
    /// <param name="settings">Ports.</param>
    /// <param name="cluster">How it belongs to a cluster.</param>
    /// <param name="database">Where the cluster meets; null for a server alone.</param>
    /// <param name="token">What clients must show.</param>
    public static void AddServer(WebApplicationBuilder builder, IPAddress address, ServerSettings settings, ClusterSettings cluster, string? database, string token)
    {
        builder.UseOrleans(silo =>
        {
            if (database is not null) ClusterMember.Add(silo, cluster, database, address, settings);
            else AddAlone(silo, address, settings);
            silo.Configure<GrainCollectionOptions>(o =>
            {
                o.CollectionAge = cluster.CollectAfter;
                o.DeactivationTimeout = cluster.LeaveWithin;
            });
            // where load differs between silos, a new grain goes to the one that has most to spare
            silo.Services.AddSingleton<PlacementStrategy, ResourceOptimizedPlacement>();
            // the trace of a REST request or of an SDK call goes on in the grains that it reaches
            silo.AddActivityPropagation();
            var filter = new GatewayTokenFilter(token);
            silo.Services.AddSingleton<IIncomingGrainCallFilter>(filter);
            silo.Services.AddSingleton<IOutgoingGrainCallFilter>(filter);
            if (cluster.Dashboard) silo.AddDashboard(o => o.HideTrace = true);
        });
        // the node agent's drain has all of StopWithin; the silo hands over its grains after it
        builder.Services.PostConfigure<HostOptions>(o => o.ShutdownTimeout = settings.StopWithin + cluster.LeaveWithin);
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
        silo.Configure<EndpointOptions>(o => o.GatewayListeningEndpoint = new IPEndPoint(address, settings.GatewayPort));
    }
}
