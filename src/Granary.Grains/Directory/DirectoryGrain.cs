using Granary.Abstractions;
using Granary.Caching.Coherence;
using Granary.Grains.Coherence;
using Granary.Model;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Directory;

/// <summary>
/// What exists. Written before anybody acts on it, so that a crash in between leaves something that is repeated, never something unknown.
/// </summary>
public sealed class DirectoryGrain(
    [PersistentState("directory", DirectoryGrain.StorageName)] IPersistentState<DirectoryState> state,
    IGrainFactory grains,
    IServiceProvider services,
    TimeProvider clock) : Grain, IDirectoryGrain
{
    public const string StorageName = "granary";

    /// <summary>Pools that have been told, in this activation, what agents and groups are owed.</summary>
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Tells servers that keep the names that there are new ones.</summary>
    private Announcer _announcer = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _announcer = new Announcer(IDirectoryGrain.Changes, state.State.Version, GrainInvalidationStream.Find(services, IDirectoryGrain.Changes), clock);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> Pools() => Task.FromResult<IReadOnlyList<string>>([.. state.State.Pools]);

    public Task<IReadOnlyList<AgentSpec>> Agents() => Task.FromResult<IReadOnlyList<AgentSpec>>([.. state.State.Agents.Values]);

    public Task<AgentSpec?> Agent(string id) => Task.FromResult(state.State.Agents.GetValueOrDefault(id));

    public Task<IReadOnlyList<GroupSpec>> Groups() => Task.FromResult<IReadOnlyList<GroupSpec>>([.. state.State.Groups.Values]);

    public Task<IReadOnlyList<string>> Nodes() => Task.FromResult<IReadOnlyList<string>>([.. state.State.Nodes]);

    public Task<DirectoryNames> Names() => Task.FromResult(new DirectoryNames(_announcer.Version, [.. state.State.Pools], [.. state.State.Nodes]));

    public Task<IReadOnlyDictionary<string, string>> Cohorts() =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(state.State.Cohorts));

    public async Task<ApplyReply> Apply(ApplyRequest request)
    {
        var groups = request.Groups ?? [];
        foreach (var pool in request.Pools) PoolRules.Check(pool);
        foreach (var node in request.Nodes) PoolRules.CheckName(node.Pool);
        foreach (var agent in request.Agents) AgentRules.Check(agent);
        GroupRules.Check(groups, request.Agents, state.State);
        var tally = new Tally();
        var newPools = request.Pools.Select(p => p.Name).Concat(request.Nodes.Select(n => n.Pool))
            .Where(p => !state.State.Pools.Contains(p)).ToHashSet(StringComparer.Ordinal);
        foreach (var pool in request.Pools) tally.Count(newPools.Contains(pool.Name), false);
        foreach (var agent in request.Agents)
        {
            var known = state.State.Agents.GetValueOrDefault(agent.Id);
            tally.Count(known is null, known is not null && known != agent);
            state.State.Agents[agent.Id] = agent;
        }
        foreach (var group in groups)
        {
            var known = state.State.Groups.GetValueOrDefault(group.Path);
            tally.Count(known is null, known is not null && known != group);
            state.State.Groups[group.Path] = group;
        }
        var newNodes = 0;
        foreach (var node in request.Nodes)
        {
            var isNew = state.State.Nodes.Add(node.Name);
            tally.Count(isNew, false);
            if (isNew) newNodes++;
        }
        state.State.Pools.UnionWith(newPools);
        foreach (var pool in request.Pools)
            if (pool.Cohort.Length > 0) state.State.Cohorts[pool.Name] = pool.Cohort;
            else state.State.Cohorts.Remove(pool.Name);
        if (newPools.Count + newNodes > 0) await WriteNamesAsync();
        else await state.WriteOrReadAgainAsync();
        foreach (var pool in newPools) await ConfigureAsync(request.Pools.FirstOrDefault(p => p.Name == pool) ?? new PoolSpec { Name = pool });
        foreach (var pool in request.Pools.Where(p => !newPools.Contains(p.Name))) await ConfigureAsync(pool);
        foreach (var pool in state.State.Pools)
        {
            await TellPoolAsync(pool, newPools.Contains(pool) ? [.. state.State.Groups.Values] : groups);
            await TellPoolAsync(pool, newPools.Contains(pool) ? [.. state.State.Agents.Values] : request.Agents);
        }
        foreach (var node in request.Nodes) await grains.GetGrain<INodeGrain>(node.Name).Declare(node);
        return tally.Reply;
    }

    public async Task AddPool(string pool)
    {
        if (_told.Contains(pool)) return;
        PoolRules.CheckName(pool);
        if (state.State.Pools.Add(pool)) await WriteNamesAsync();
        // known already, but it may be that the directory died, or the pool could not write, before it was told
        if (!await ExistsAsync(pool)) await ConfigureAsync(new PoolSpec { Name = pool });
        await TellPoolAsync(pool, [.. state.State.Groups.Values]);
        await TellPoolAsync(pool, [.. state.State.Agents.Values]);
        _told.Add(pool);
    }

    private async Task<bool> ExistsAsync(string pool)
    {
        try
        {
            await grains.GetGrain<IPoolGrain>(pool).Describe();
            return true;
        }
        catch (GranaryException e) when (e.Code == Model.ErrorCode.NotFound)
        {
            return false;
        }
    }

    public async Task AddAgents(IReadOnlyList<AgentSpec> agents)
    {
        foreach (var agent in agents) AgentRules.Check(agent);
        GroupRules.Check([], agents, state.State);
        var changed = false;
        foreach (var agent in agents)
        {
            changed |= state.State.Agents.GetValueOrDefault(agent.Id) != agent;
            state.State.Agents[agent.Id] = agent;
        }
        if (changed) await state.WriteOrReadAgainAsync();
        await TellPoolsAsync(agents);
    }

    public async Task AddNode(string node)
    {
        if (state.State.Nodes.Add(node)) await WriteNamesAsync();
    }

    /// <summary>Writes the state in which names are new, and tells of it: also when it could not be written, since somebody may have read them meanwhile.</summary>
    private async Task WriteNamesAsync()
    {
        state.State.Version = _announcer.Next();
        try
        {
            await state.WriteOrReadAgainAsync();
        }
        catch (Exception)
        {
            _announcer.Next();
            throw;
        }
        finally
        {
            await _announcer.TellAsync([IDirectoryGrain.Key]);
        }
    }

    private Task ConfigureAsync(PoolSpec spec) => grains.GetGrain<IPoolGrain>(spec.Name).Configure(spec);

    private async Task TellPoolsAsync(IReadOnlyList<AgentSpec> agents)
    {
        foreach (var pool in state.State.Pools) await TellPoolAsync(pool, agents);
    }

    private Task TellPoolAsync(string pool, IReadOnlyList<GroupSpec> groups) =>
        groups.Count == 0 ? Task.CompletedTask : grains.GetGrain<IPoolGrain>(pool).SetGroups(groups);

    private Task TellPoolAsync(string pool, IReadOnlyList<AgentSpec> agents) =>
        agents.Count == 0 ? Task.CompletedTask : grains.GetGrain<IPoolGrain>(pool).SetAgents(agents);
}
