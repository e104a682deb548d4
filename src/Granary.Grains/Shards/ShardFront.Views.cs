using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Shards;

/// <summary>The parts' views as one.</summary>
internal sealed partial class ShardFront
{
    public async Task<PoolView> Describe()
    {
        await ReadyAsync();
        var own = _journal.Scheduler.Spec;
        return ShardViews.Pool(own, await AllAsync(part => part.Describe()));
    }

    public async Task<IReadOnlyList<AgentShare>> Shares() => ShardViews.Agents(Declared(), await AllAsync(part => part.Shares()), _router.Parts);

    public async Task<AgentShare?> ShareOf(string agent)
    {
        var shares = await AllAsync(part => part.ShareOf(agent));
        return ShardViews.Agents(Declared(), [.. shares.Select(s => s is null ? Array.Empty<AgentShare>() : [s])], _router.Parts).FirstOrDefault();
    }

    public async Task<IReadOnlyList<GroupShare>> GroupShares()
    {
        var declared = _journal.Scheduler.DeclaredGroups.ToDictionary(g => g.Path, StringComparer.Ordinal);
        return ShardViews.Groups(declared, await AllAsync(part => part.GroupShares()), _router.Parts);
    }

    public async Task<RebalancePlan> Rebalance(RebalanceRequest request) => ShardViews.Plan(_pool, request.Kind, await AllAsync(part => part.Rebalance(request)));

    /// <summary>What agents are owed in the whole pool; parts know their part of it.</summary>
    private Dictionary<string, AgentSpec> Declared() => _journal.Scheduler.DeclaredAgents.ToDictionary(a => a.Id, StringComparer.Ordinal);
}
