using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Execution.Simulated;

/// <summary>Plays the agent of many simulated nodes: no processes, no threads, no files; one timer for each, a few messages a second.</summary>
public sealed class SimulatedNodes : IHostedService
{
    private readonly Func<string, INodeGrain> _grain;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, NodeAgent> _agents = new(StringComparer.Ordinal);

    public SimulatedNodes(IGrainFactory grains, TimeProvider time, ILogger<NodeAgent> logger)
        : this(name => grains.GetGrain<INodeGrain>(name), time, logger)
    {
    }

    internal SimulatedNodes(Func<string, INodeGrain> grain, TimeProvider time, ILogger logger)
    {
        _grain = grain;
        _time = time;
        _logger = logger;
    }

    public IReadOnlyCollection<string> Names => [.. _agents.Keys];

    /// <summary>Whether it has charge of a node: not when it never had, and not any more when another has taken it.</summary>
    public bool Plays(string name) => _agents.TryGetValue(name, out var agent) && !agent.Ended.IsCompleted;

    /// <summary>Takes charge of a node; does nothing for one it has already.</summary>
    /// <exception cref="GranaryException">The node is not declared as simulated.</exception>
    public async Task Add(NodeSpec node, CancellationToken cancel = default)
    {
        if (Plays(node.Name)) return;
        await Remove(node.Name, cancel);
        if (!node.Simulated) throw GranaryException.Invalid($"node {node.Name} is not simulated: it needs an agent on its own machine");
        var options = new NodeAgentOptions { Node = node, DataDirectory = "/" };
        var agent = new NodeAgent(_grain(node.Name), options, _time, _logger, null, () => Sample(node), null);
        if (_agents.TryAdd(node.Name, agent)) await agent.StartAsync(cancel);
    }

    /// <summary>Stops playing a node, as if its machine had lost power: the server finds out by the missing heartbeats.</summary>
    public async Task Remove(string name, CancellationToken cancel = default)
    {
        if (_agents.TryRemove(name, out var agent)) await agent.StopAsync(cancel);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_agents.Keys.Select(name => Remove(name, cancellationToken)));

    private NodeSample Sample(NodeSpec node) => new() { At = _time.GetUtcNow(), MemoryTotalMiB = node.Capacity.MemoryMiB };
}
