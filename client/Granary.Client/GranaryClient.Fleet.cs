using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private const int CallsAtOnce = 32;

    /// <summary>All pools, by name.</summary>
    public async Task<IReadOnlyList<PoolView>> PoolsAsync(CancellationToken ct = default) =>
        await EachAsync(await PoolNamesAsync(ct), name => PoolAsync(name, ct), ct);

    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<PoolView> PoolAsync(string name, CancellationToken ct = default)
    {
        var grain = Pool(name);
        return await _calls.CallAsync(() => grain.Describe(), ct);
    }

    public Task<IReadOnlyList<string>> PoolNamesAsync(CancellationToken ct = default) => _calls.CallAsync(() => DirectoryGrain.Pools(), ct);

    /// <summary>Creates a pool or changes its settings.</summary>
    public async Task<PoolView> SetPoolAsync(PoolSpec spec, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        await _calls.CallAsync(() => DirectoryGrain.Apply(new ApplyRequest([spec], [], [])), ct);
        return await PoolAsync(spec.Name, ct);
    }

    /// <summary>What every agent known to a pool holds and is owed there.</summary>
    public Task<IReadOnlyList<AgentShare>> SharesAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        var grain = Pool(pool);
        return _calls.CallAsync(() => grain.Shares(), ct);
    }

    /// <summary>All agents with their shares in every pool, by id.</summary>
    public async Task<IReadOnlyList<AgentView>> AgentsAsync(CancellationToken ct = default)
    {
        var declared = await _calls.CallAsync(() => DirectoryGrain.Agents(), ct);
        var shares = await EachAsync(await PoolNamesAsync(ct), name => SharesAsync(name, ct), ct);
        var byAgent = shares.SelectMany(s => s).ToLookup(s => s.Agent, StringComparer.Ordinal);
        var specs = declared.ToDictionary(a => a.Id, StringComparer.Ordinal);
        foreach (var group in byAgent) specs.TryAdd(group.Key, group.First().Spec);
        return [.. specs.Values.OrderBy(a => a.Id, StringComparer.Ordinal).Select(a => new AgentView(a, [.. byAgent[a.Id]]))];
    }

    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<AgentView> AgentAsync(string id, CancellationToken ct = default)
    {
        var grain = Cluster.GetGrain<IAgentGrain>(Named(id, "agent id"));
        return await _calls.CallAsync(() => grain.Get(), ct)
            ?? throw GranaryException.NotFound($"no agent '{id}'; 'granary agents' lists what there is");
    }

    /// <summary>Creates the agent or replaces what it is owed, in every pool, before it returns.</summary>
    public Task<AgentView> SetAgentAsync(AgentSpec spec, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var grain = Cluster.GetGrain<IAgentGrain>(Named(spec.Id, "agent id"));
        return _calls.CallAsync(() => grain.Set(spec), ct);
    }

    /// <summary>All nodes, by name.</summary>
    public async Task<IReadOnlyList<NodeView>> NodesAsync(CancellationToken ct = default)
    {
        var names = await _calls.CallAsync(() => DirectoryGrain.Nodes(), ct);
        return await EachAsync(names, name => NodeCallAsync(name, grain => grain.Describe(), ct), ct);
    }

    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<NodeView> NodeAsync(string name, CancellationToken ct = default) => KnownNodeCallAsync(name, grain => grain.Describe(), ct);

    /// <summary>What a node's machine is made of, as its agent told last; null when none has.</summary>
    public async Task<HardwareInventory?> InventoryAsync(string name, CancellationToken ct = default)
    {
        var grain = Cluster.GetGrain<INodeGrain>(Named(name, "node name"));
        return InventoryJson.Decode(await _calls.CallAsync(() => grain.Inventory(), ct));
    }

    /// <summary>Takes nothing new; what runs goes on.</summary>
    public Task<NodeView> CordonAsync(string name, CancellationToken ct = default) => KnownNodeCallAsync(name, grain => grain.Cordon(), ct);

    /// <summary>Takes new tasks again.</summary>
    public Task<NodeView> UncordonAsync(string name, CancellationToken ct = default) => KnownNodeCallAsync(name, grain => grain.Uncordon(), ct);

    /// <summary>Takes nothing new; what runs is stopped with grace and goes elsewhere.</summary>
    public Task<NodeView> DrainAsync(string name, CancellationToken ct = default) => KnownNodeCallAsync(name, grain => grain.Drain(), ct);

    private async Task<NodeView> KnownNodeCallAsync(string name, Func<INodeGrain, Task<NodeView>> call, CancellationToken ct)
    {
        await RequireNodeAsync(name, ct);
        return await NodeCallAsync(name, call, ct);
    }

    private async Task RequireNodeAsync(string name, CancellationToken ct)
    {
        // A grain exists for any name that is asked for; the directory knows which are nodes.
        var names = await _calls.CallAsync(() => DirectoryGrain.Nodes(), ct);
        if (!names.Contains(Named(name, "node name"), StringComparer.Ordinal))
            throw GranaryException.NotFound($"no node '{name}'; 'granary nodes' lists what there is");
    }

    private Task<NodeView> NodeCallAsync(string name, Func<INodeGrain, Task<NodeView>> call, CancellationToken ct)
    {
        var grain = Cluster.GetGrain<INodeGrain>(name);
        return _calls.CallAsync(() => call(grain), ct);
    }

    private static string Named(string name, string what) => Names.IsValid(name)
        ? name
        : throw GranaryException.Invalid($"'{Quoting.Clip(name ?? "")}' is no {what}; write {Names.Rule}");

    private static async Task<IReadOnlyList<T>> EachAsync<T>(IReadOnlyList<string> names, Func<string, Task<T>> call, CancellationToken ct)
    {
        var results = new T[names.Count];
        var sorted = names.Order(StringComparer.Ordinal).ToArray();
        await Parallel.ForAsync(0, sorted.Length, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = ct },
            async (i, _) => results[i] = await call(sorted[i]));
        return results;
    }
}
