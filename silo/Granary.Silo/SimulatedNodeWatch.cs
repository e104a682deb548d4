using Granary.Abstractions;
using Granary.Execution;
using Granary.Execution.Simulated;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Silo;

/// <summary>
/// Plays the agents of the nodes that are declared as simulated; looks for new ones every half second. Of several servers one plays each node: every
/// five seconds the others look whether it still does.
/// </summary>
internal sealed partial class SimulatedNodeWatch(IGrainFactory grains, TimeProvider clock, ILogger<NodeAgent> agentLog, ILogger<SimulatedNodeWatch> log)
    : BackgroundService
{
    private const int LooksBetweenOthers = 10;

    private readonly HashSet<string> _real = new(StringComparer.Ordinal);
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);
    private int _looks;

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
        if (_looks++ % LooksBetweenOthers == 0) _others.Clear();
        foreach (var name in await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes())
        {
            if (_real.Contains(name) || _others.Contains(name) || simulated.Plays(name)) continue;
            var node = await grains.GetGrain<INodeGrain>(name).Describe();
            if (!node.Spec.Simulated) _real.Add(name);
            // without a sample nobody has been heard of since the node's grain came to life
            else if (node.Sample is null || node.State is NodeState.Declared or NodeState.Down or NodeState.Lost) await simulated.Add(node.Spec, cancellationToken);
            else _others.Add(name);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "simulated nodes are not all played yet: {Error}")]
    private static partial void LogNotPlayed(ILogger logger, string error);
}
