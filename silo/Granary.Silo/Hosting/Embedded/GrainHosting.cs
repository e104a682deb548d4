using System.Net;
using Granary.Client;
using Granary.EmbeddedHost;
using Granary.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Silo.Hosting;

/// <summary>The grains on the embedded host: one server, whose gateway asks for the token before it listens to anything else.</summary>
internal static class GrainHosting
{
    public const string Name = "Embedded";

    /// <exception cref="GranaryException">Invalid: the settings ask for what only a cluster's host has.</exception>
    public static void Check(ClusterSettings cluster)
    {
        if (cluster.Enabled || cluster.Dashboard)
            throw GranaryException.Invalid("Cluster:Enabled and Cluster:Dashboard need the Orleans host, and this build has the embedded one, for one server alone; build with GRANARY_HOST=Orleans, or remove them");
    }

    public static void AddServer(WebApplicationBuilder builder, IPAddress address, ServerSettings settings, ClusterSettings cluster, string? database, string token)
    {
        _ = (cluster, database);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (GranaryCluster.Id, GranaryCluster.Id));
            silo.ConfigureGateway(new IPEndPoint(address, settings.GatewayPort), token);
        });
    }

    /// <summary>Pages of the host's own that need the token wherever the server listens.</summary>
    public static IReadOnlyList<string> GuardedPaths { get; } = [];

    public static void Map(WebApplication _, ClusterSettings __)
    {
        // this host has no pages of its own
    }
}
