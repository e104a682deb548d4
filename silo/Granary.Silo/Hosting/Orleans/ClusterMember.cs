using System.Net;
using Granary.Client;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Silo.Hosting;

/// <summary>
/// One silo of several. Who is in the cluster, reminders and the subscriptions of streams are rows in PostgreSQL, in tables that
/// <c>deploy/postgres</c> makes; pools and grain state go to the store that all servers of the cluster share.
/// </summary>
internal static class ClusterMember
{
    /// <summary>Telemetry goes by it: samples may be lost with a silo, who listens may not.</summary>
    private const string TelemetryStreams = "telemetry";

    /// <summary>Where Orleans keeps who listens to a stream; the name is Orleans'.</summary>
    private const string SubscriptionStore = "PubSubStore";

    private const string Invariant = "Npgsql";

    /// <param name="silo">To be set up.</param>
    /// <param name="cluster">How it belongs to the cluster.</param>
    /// <param name="database">As Orleans' providers take it, with the schema of their tables in the search path.</param>
    /// <param name="address">Where this server listens.</param>
    /// <param name="settings">Its ports.</param>
    public static void Add(ISiloBuilder silo, ClusterSettings cluster, string database, IPAddress address, ServerSettings settings)
    {
        var siloPort = Ports.Claim(address, cluster.SiloPort, "Cluster:SiloPort");
        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (GranaryCluster.Id, GranaryCluster.Id));
        silo.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = cluster.AdvertisedAddress(address);
            o.SiloPort = siloPort;
            o.GatewayPort = settings.GatewayPort;
            o.SiloListeningEndpoint = new IPEndPoint(address, siloPort);
            o.GatewayListeningEndpoint = new IPEndPoint(address, settings.GatewayPort);
        });
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = cluster.ProbeEvery;
            o.NumMissedProbesLimit = cluster.ProbesMissed;
        });
        silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Invariant, database));
        silo.UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = (Invariant, database));
        silo.AddAdoNetGrainStorage(SubscriptionStore, o => (o.Invariant, o.ConnectionString) = (Invariant, database));
        silo.AddMemoryStreams(TelemetryStreams);
    }
}
