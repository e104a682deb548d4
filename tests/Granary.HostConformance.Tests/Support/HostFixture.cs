using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Granary.HostConformance.Tests.Support;

/// <summary>A cluster of one silo with a client, a clock the test owns, storage, streams and reminders.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    public const string Streams = "events";

    private InProcessTestCluster _cluster = null!;

    public ManualTime Time { get; } = new();

    public IClusterClient Client => _cluster.Client;

    public InProcessTestCluster Cluster => _cluster;

    public ValueTask InitializeAsync() => InitializeAsync(static _ => { });

    public async ValueTask InitializeAsync(Action<ISiloBuilder> more)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            UseTime(silo.Services, Time);
            silo.AddMemoryGrainStorage("states")
                .AddMemoryGrainStorage("PubSubStore")
                .AddMemoryGrainStorageAsDefault()
                .AddMemoryStreams(Streams)
                .UseInMemoryReminderService()
                .AddIncomingGrainCallFilter(Filters.FilterProbe.OnIncoming)
                .AddOutgoingGrainCallFilter(Filters.FilterProbe.OnOutgoing);
            silo.Services.AddSingleton(new Lifecycles.Greeting("hello"));
            silo.Services.AddKeyedSingleton("loud", new Lifecycles.Greeting("HELLO"));
            more(silo);
        });
        builder.ConfigureClient(client => client.AddMemoryStreams(Streams));
        _cluster = builder.Build();
        await _cluster.DeployAsync().Within();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    public T Grain<T>(string? key = null) where T : IGrainWithStringKey => Client.GetGrain<T>(key ?? Guid.NewGuid().ToString("N"));

    /// <summary>Grains, reminders and collection go by the test's clock; the machinery of a cluster keeps to the real one.</summary>
    private static void UseTime(IServiceCollection services, TimeProvider time)
    {
        services.AddSingleton(time);
        foreach (var area in new[] { "Orleans.Membership", "Orleans.Messaging", "Orleans.GrainDirectory" })
            services.AddKeyedSingleton(area, TimeProvider.System);
    }
}

/// <summary>Tests that share one cluster.</summary>
[CollectionDefinition(Name)]
public sealed class SharedHost : ICollectionFixture<HostFixture>
{
    public const string Name = "host";
}
