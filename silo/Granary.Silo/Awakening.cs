using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Silo;

/// <summary>
/// A grain sleeps until it is called. At the server's start every pool, and all work that has not ended, is called once, so that it recovers, watches its nodes, and goes on
/// placing what had been queued; and again and again, since a pool may have ended in a silo that died, or because its journal could not be
/// written, while nobody asks for it.
/// </summary>
internal sealed partial class Awakening(IGrainFactory grains, TimeProvider clock, ILogger<Awakening> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private IDirectoryGrain Directory => grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Directory.AddPool(TaskId.DefaultPool);
        foreach (var pool in await Directory.Pools()) await grains.GetGrain<IPoolGrain>(pool).Describe();
        await grains.GetGrain<IWorkListGrain>(IWorkListGrain.Key).Wake();
        await grains.GetGrain<IServiceListGrain>(IServiceListGrain.Key).Wake();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Period, clock);
        try
        {
            while (await rounds.WaitForNextTickAsync(stoppingToken)) await WakeAgainAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    private async Task WakeAgainAsync(CancellationToken cancellationToken)
    {
        var about = "the directory";
        try
        {
            foreach (var pool in await Directory.Pools().WaitAsync(cancellationToken))
            {
                about = $"pool {pool}";
                await grains.GetGrain<IPoolGrain>(pool).Describe().WaitAsync(cancellationToken);
                await grains.GetGrain<IOptimizerGrain>(pool).Wake();
            }
            about = "the list of work";
            await grains.GetGrain<IWorkListGrain>(IWorkListGrain.Key).Wake().WaitAsync(cancellationToken);
            about = "the list of services";
            await grains.GetGrain<IServiceListGrain>(IServiceListGrain.Key).Wake().WaitAsync(cancellationToken);
            about = "the energy plan";
            await grains.GetGrain<IEnergyGrain>(IEnergyGrain.Key).Active().WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            LogNotWoken(log, about, e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{About} does not answer, it is asked again: {Error}")]
    private static partial void LogNotWoken(ILogger logger, string about, string error);
}
