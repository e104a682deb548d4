using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Granary.Silo;

/// <summary>
/// A grain sleeps until it is called. At the server's start every pool is called once, so that it recovers, watches its nodes, and goes on
/// placing what had been queued.
/// </summary>
internal sealed class Awakening(IGrainFactory grains) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var directory = grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        await directory.AddPool(TaskId.DefaultPool);
        foreach (var pool in await directory.Pools()) await grains.GetGrain<IPoolGrain>(pool).Describe();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
