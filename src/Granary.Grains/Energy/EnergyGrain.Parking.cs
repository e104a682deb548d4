using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Energy;

/// <summary>Draining, sleeping and waking of nodes. Every step may be repeated.</summary>
public sealed partial class EnergyGrain
{
    private static readonly TimeSpan SwitchWithin = TimeSpan.FromSeconds(30);

    private async Task CarryOnAsync()
    {
        foreach (var node in State.Waking.Distinct().ToList()) await WakeAsync(node);
        foreach (var parked in State.Parked) await ParkAsync(parked.Node);
    }

    private async Task ParkAsync(string name)
    {
        try
        {
            var node = grains.GetGrain<INodeGrain>(name);
            var view = await node.Describe();
            if (view.State is NodeState.Ready or NodeState.Cordoned) view = await node.Drain();
            if (view.Tasks > 0) _parking[name] = $"draining, {view.Tasks} tasks left";
            else if (options.Sleep is null) _parking[name] = "parked";
            else if (_parking.GetValueOrDefault(name) != "asleep")
            {
                using var limit = new CancellationTokenSource(SwitchWithin, clock);
                await options.Sleep(name, limit.Token);
                _parking[name] = "asleep";
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _parking[name] = e.Message;
            LogNotParked(log, name, e.Message);
        }
    }

    private async Task WakeAsync(string name)
    {
        try
        {
            if (options.Wake is not null)
            {
                using var limit = new CancellationTokenSource(SwitchWithin, clock);
                await options.Wake(name, limit.Token);
            }
            _parking.Remove(name);
            var node = grains.GetGrain<INodeGrain>(name);
            if ((await node.Describe()).State is not NodeState.Ready) await node.Uncordon();
            State.Waking.RemoveAll(w => w == name);
            await state.WriteOrReadAgainAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotWoken(log, name, e.Message); // tried again at the next round
        }
    }

    [LoggerMessage(1, LogLevel.Information, "an energy plan is in force: {Saves:F0} of {Now:F0} W are expected to be saved by {Steps} steps; 'granary energy --restore' ends it")]
    private static partial void LogApplied(ILogger logger, double saves, double now, int steps);

    [LoggerMessage(2, LogLevel.Information, "the energy plan has ended, what it changed is put back")]
    private static partial void LogEnded(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "tasks wait for room: parked nodes take tasks again: {Nodes}")]
    private static partial void LogWoken(ILogger logger, string nodes);

    [LoggerMessage(4, LogLevel.Warning, "node {Node} could not be parked, it is tried again: {Why}")]
    private static partial void LogNotParked(ILogger logger, string node, string why);

    [LoggerMessage(5, LogLevel.Warning, "node {Node} could not be woken, it is tried again: {Why}")]
    private static partial void LogNotWoken(ILogger logger, string node, string why);

    [LoggerMessage(6, LogLevel.Warning, "a round of the energy plan failed, the next goes on: {Error}")]
    private static partial void LogRoundFailed(ILogger logger, string error);
}
