using Granary.Abstractions;
using Granary.Grains.Nodes;
using Granary.Scheduling;
using Granary.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Granary.Grains.Tests.Support;

/// <summary>The grains in a silo of a test cluster, with state and streams in memory.</summary>
internal static class TestGrains
{
    /// <param name="silo">Where.</param>
    /// <param name="store">The pools' journal.</param>
    public static void Add(ISiloBuilder silo, IPoolStore store)
    {
        silo.AddMemoryGrainStorage(NodeGrain.StorageName);
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddMemoryStreams(ITelemetryGrain.Streams);
        silo.Services.AddSingleton(store);
        silo.Services.AddSingleton(TimeProvider.System);
        silo.Services.AddGranaryGrains();
        silo.Services.AddSingleton(new SchedulerOptions());
        silo.Services.AddSingleton(new CohortOptions());
    }
}
