using Granary.Abstractions;
using Granary.Model;

namespace Granary.Faults;

/// <summary>Declares pools and agents before anything goes wrong.</summary>
internal sealed class Opening(World world)
{
    public async Task DeclareAsync()
    {
        var cohort = world.Pools.Count > 1 && world.Options.Shards == 1 ? "all" : "";
        var policy = world.Options.Shards > 1 ? new PoolPolicy { Shards = world.Options.Shards } : null;
        var pools = world.Pools.Select(p => new PoolSpec { Name = p, Cohort = cohort, Policy = policy, Strategy = world.Draw(3) == 0 ? PoolStrategy.Fifo : PoolStrategy.Fair }).ToArray();
        var agents = Enumerable.Range(0, 3).Select(i => new AgentSpec { Id = $"agent-{i}", Weight = 1 + i }).ToArray();
        await world.Server.Current.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Apply(new ApplyRequest(pools, agents, []));
    }
}
