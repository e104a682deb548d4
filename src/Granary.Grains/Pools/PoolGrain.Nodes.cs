using Granary.Abstractions;

namespace Granary.Grains.Pools;

/// <summary>What the pool says to the grains of its nodes.</summary>
public sealed partial class PoolGrain
{
    /// <summary>A silo that died is known to be dead by then, and what it held has come to life elsewhere.</summary>
    private static readonly TimeSpan TellFor = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Commands for nodes that could not be told at first, in order; what comes meanwhile waits behind.</summary>
    private readonly Dictionary<string, List<NodeCommand>> _untold = new(StringComparer.Ordinal);

    /// <summary>The activation after this one knows better what nodes are to be told.</summary>
    private bool _ended;

    /// <summary>
    /// A node grain keeps what it was sent until its agent has taken charge. If it cannot be told for a minute, its agent learns of the
    /// leases when it joins again; until then the attempts repeat.
    /// </summary>
    private async Task TellNodeAsync(string node, List<NodeCommand> commands)
    {
        if (_untold.TryGetValue(node, out var waiting))
        {
            waiting.AddRange(commands);
            return;
        }
        if (await TryTellAsync(node, commands) is not { } error) return;
        if (_untold.TryGetValue(node, out waiting))
        {
            waiting.AddRange(commands);
            return;
        }
        _untold.Add(node, [.. commands]);
        var started = clock.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); !_ended && clock.GetElapsedTime(started) < TellFor; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, clock);
            NodeCommand[] batch = [.. _untold[node]];
            error = await TryTellAsync(node, batch);
            if (error is null) _untold[node].RemoveRange(0, batch.Length);
            if (_untold[node].Count == 0) break;
        }
        _untold.Remove(node, out var lost);
        if (lost!.Count > 0) LogNotSent(log, _pool, node, lost.Count, error?.Message ?? "");
    }

    /// <summary>Null when the node's grain has them.</summary>
    private async Task<Exception?> TryTellAsync(string node, IReadOnlyList<NodeCommand> commands)
    {
        try
        {
            await grains.GetGrain<INodeGrain>(node).Send(commands);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
    }

    /// <summary>
    /// Nodes that the journal knows may have died while nobody watched, with the silo that held their grains: waking them starts the watch again,
    /// and has them say again how they are.
    /// </summary>
    private async Task WakeNodesAsync()
    {
        foreach (var node in _front?.MovedNodes() ?? _scheduler.NodeNames())
        {
            try
            {
                await grains.GetGrain<INodeGrain>(node).Watch(_pool);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogNodeNotWoken(log, node, _pool, e.Message);
            }
        }
    }
}
