using System.Net;
using Granary.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using Orleans.Streams;

namespace Granary.Cluster.Tests.Setup;

/// <summary>What Orleans' guides ask of a silo in production, read from a server as it runs. docs/hosts.md has the table.</summary>
public sealed class SiloSetupTests
{
    [Fact]
    public async Task A_server_of_a_cluster_is_set_up_as_the_guides_ask()
    {
        await using var here = await ServersHere.StartAsync(1, ("Server:StopWithin", "00:00:07"), ("Cluster:LeaveWithin", "00:00:06"), ("Cluster:CollectAfter", "00:20:00"), ("Cluster:ProbesMissed", "4"));
        var (server, services) = (here.All[0], here.All[0].Services);
        T Options<T>() where T : class => services.GetRequiredService<IOptions<T>>().Value;

        Assert.Equal((GranaryCluster.Id, GranaryCluster.Id), (Options<ClusterOptions>().ClusterId, Options<ClusterOptions>().ServiceId));

        var (address, endpoints) = (services.GetRequiredService<ILocalSiloDetails>(), Options<EndpointOptions>());
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, server.Settings.GatewayPort), address.GatewayAddress!.Endpoint);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, endpoints.SiloPort), address.SiloAddress.Endpoint);
        Assert.Equal((endpoints.SiloListeningEndpoint, endpoints.GatewayListeningEndpoint), (address.SiloAddress.Endpoint, address.GatewayAddress.Endpoint));

        // tasks have StopWithin to be drained; the host waits longer, and the silo hands over in what is left
        Assert.Equal(TimeSpan.FromSeconds(13), Options<HostOptions>().ShutdownTimeout);
        Assert.Equal((TimeSpan.FromSeconds(6), TimeSpan.FromMinutes(20)), (Options<GrainCollectionOptions>().DeactivationTimeout, Options<GrainCollectionOptions>().CollectionAge));

        Assert.Equal(4, Options<ClusterMembershipOptions>().NumMissedProbesLimit);
        Assert.Contains("AdoNet", services.GetRequiredService<IMembershipTable>().GetType().Name, StringComparison.Ordinal);
        Assert.IsType<AdoNetGrainStorage>(services.GetRequiredKeyedService<IGrainStorage>("PubSubStore"));
        Assert.Contains("AdoNet", services.GetRequiredService<IReminderTable>().GetType().Name, StringComparison.Ordinal);

        Assert.Contains("Memory", services.GetRequiredKeyedService<IQueueAdapterFactory>("telemetry").GetType().Name, StringComparison.Ordinal);
        // pools by their names, everything else where most is to spare
        Assert.Equal("PoolPlacement", services.GetRequiredService<PlacementStrategy>().GetType().Name);
        Assert.NotNull(services.GetKeyedService<IPlacementDirector>(typeof(ResourceOptimizedPlacement)));
        Assert.Contains(services.GetServices<IIncomingGrainCallFilter>(), f => f.GetType().Name.StartsWith("ActivityPropagation", StringComparison.Ordinal));
        Assert.Contains(services.GetServices<IOutgoingGrainCallFilter>(), f => f.GetType().Name.StartsWith("ActivityPropagation", StringComparison.Ordinal));
    }
}
