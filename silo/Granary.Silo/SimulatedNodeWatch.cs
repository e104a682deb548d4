using Granary.Abstractions;
using Granary.Execution;
using Granary.Execution.Simulated;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Silo;

/// <summary>Plays the agents of the nodes that are declared as simulated; looks for new ones every half second.</summary>
internal sealed partial class SimulatedNodeWatch(IGrainFactory grains, TimeProvider clock, ILogger<NodeAgent> agentLog, ILogger<SimulatedNodeWatch> log)
    : BackgroundService
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var simulated = new SimulatedNodes(grains, clock, agentLog);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(500), clock);
        try
        {
            do
            {
                try
                {
                    await LookAsync(simulated, stoppingToken);
                }
                catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
                {
                    LogNotPlayed(log, e.Message);
                }
            }
            while (await look.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
        finally
        {
            await simulated.StopAsync(CancellationToken.None);
        }
    }

    private async Task LookAsync(SimulatedNodes simulated, CancellationToken cancellationToken)
    {
        foreach (var name in await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes())
        {
            if (_known.Contains(name)) continue;
            var node = await grains.GetGrain<INodeGrain>(name).Describe();
            if (node.Spec.Simulated) await simulated.Add(node.Spec, cancellationToken);
            _known.Add(name);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "simulated nodes are not all played yet: {Error}")]
    private static partial void LogNotPlayed(ILogger logger, string error);
}
