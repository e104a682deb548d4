using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Grains.Shards;

/// <summary>Nodes: each belongs to one part, durably before that part hears of it.</summary>
internal sealed partial class ShardFront
{
    public async Task<NodeUpReply> NodeUp(NodeUpRequest request)
    {
        await ReadyAsync();
        var spec = request.Spec;
        var known = Book.TryFindNode(spec.Name, out var before, out _);
        _gone.Remove(spec.Name);
        if (!known || before != spec)
        {
            await _journal.DecideAsync((scheduler, now, events, effects) =>
            {
                // others may have joined while this one waited: choose among what is there now
                if (!scheduler.Shards.TryFindNode(spec.Name, out _, out var shard)) shard = ShardBalance.Choose(spec.Capacity, _router.Parts);
                scheduler.Assign(spec, shard, now, events, effects);
                LearnNodes();
                return true;
            });
            _divideDue = true;
        }
        else LearnNodes();
        // it may have gone to another part meanwhile; one that lets go of it before this comes there refuses, and the agent asks again
        var reply = await PartOf(spec.Name).NodeUp(request with { Move = Book.MovesOf(spec.Name) });
        if (_divideDue) await ReadyAsync();
        return reply;
    }

    public Task<NodeUpReply> HostUp(string node, IReadOnlyList<Lease> live) => PartOf(node).HostUp(node, live);

    public async Task NodeChanged(string node, NodeState state)
    {
        var part = PartOf(node);
        if (state is NodeState.Lost or NodeState.Down ? _gone.Add(node) : _gone.Remove(node))
        {
            LearnNodes();
            _divideDue = true;
        }
        try
        {
            await part.NodeChanged(node, state);
        }
        catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
        {
            if (!Book.TryFindNode(node, out var spec, out _)) throw;
            // it went to this part, which has not heard of it yet
            await PartOf(node).NodeUp(new NodeUpRequest(spec, state, null) { Move = Book.MovesOf(node) });
        }
    }

    public Task<TimeSpan> Measured(string node, long cpuMilli, long memoryMiB) => PartOf(node).Measured(node, cpuMilli, memoryMiB);

    public async Task<NodeUse?> NodeUse(string node) => Book.TryFindNode(node, out _, out var shard) ? await _parts[shard].NodeUse(node) : null;

    public Task<WhatIfNodeLoss> WhatIfNodeLoss(string node) => PartOf(node).WhatIfNodeLoss(node);

    /// <summary>Nodes that have gone from part to part: the one that should have a node may not have heard of it.</summary>
    public IReadOnlyList<string> MovedNodes() => [.. Book.Nodes.Keys.Where(n => Book.MovesOf(n) > 0)];

    private IPoolGrain PartOf(string node) =>
        Book.TryFindNode(node, out _, out var shard) ? _parts[shard] : throw GranaryException.NotFound($"pool {_pool} has no node {node}");

    private void LearnNodes() => _router.Learn(name => !_gone.Contains(name));
}
