using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Grains.Agents;

/// <summary>One agent's face: the directory keeps what it is owed, the pools know what it holds.</summary>
public sealed class AgentGrain(IGrainFactory grains) : Grain, IAgentGrain
{
    private IDirectoryGrain Directory => grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);

    public async Task<AgentView> Set(AgentSpec spec)
    {
        var id = this.GetPrimaryKeyString();
        if (spec.Id != id) throw GranaryException.Invalid($"agent '{id}' was set as '{spec.Id}'");
        await Directory.AddAgents([spec]);
        return new AgentView(spec, await SharesAsync(id));
    }

    public async Task<AgentView?> Get()
    {
        var id = this.GetPrimaryKeyString();
        var shares = await SharesAsync(id);
        var spec = await Directory.Agent(id) ?? shares.FirstOrDefault()?.Spec;
        return spec is null ? null : new AgentView(spec, shares);
    }

    private async Task<IReadOnlyList<AgentShare>> SharesAsync(string id)
    {
        var pools = await Directory.Pools();
        var shares = await Task.WhenAll(pools.Select(p => grains.GetGrain<IPoolGrain>(p).ShareOf(id)));
        return [.. shares.OfType<AgentShare>()];
    }
}
