using Granary.Caching.Coherence;
using Granary.Grains.Coherence;
using Granary.Grains.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.TestingHost;

namespace Granary.Grains.Tests.Coherence;

/// <summary>Two servers with streams between them; on the embedded host, which has only one, both are that one.</summary>
public sealed class ServersFixture : IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster;

    public ServersFixture()
    {
        var store = new MemoryStore();
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            TestGrains.Add(silo, store);
            silo.Services.AddSingleton(Options.Create(new GrainOptions()));
        });
        _cluster = builder.Build();
    }

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>The stream of a topic as the first or the last server has it.</summary>
    public IInvalidationStream StreamOf(bool last, string topic) =>
        GrainInvalidationStream.Find((last ? _cluster.Silos[^1] : _cluster.Silos[0]).ServiceProvider, topic)!;

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();
}
