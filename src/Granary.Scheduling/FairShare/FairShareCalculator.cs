using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.FairShare;

/// <summary>What one claimant of a single resource may be given: everything as a fraction of the whole.</summary>
/// <param name="Weight">Relative, over 0.</param>
/// <param name="Floor">Its guarantee.</param>
/// <param name="Cap">Its demand or its limit, whichever is less.</param>
internal readonly record struct Claim(double Weight, double Floor, double Cap);

/// <summary>The dominant share that each agent and group of a pool is owed now, given who has demand: see <see cref="ShareTree"/>.</summary>
internal sealed class FairShareCalculator
{
    private readonly ShareTree _tree = new();
    private double[] _shares = [];

    /// <summary>Shares by <see cref="AgentEntry.Index"/>; valid until the next call. Groups' are in <see cref="GroupEntry.Owed"/>.</summary>
    /// <param name="agents">All of the pool.</param>
    /// <param name="groups">All of the pool, but for the root.</param>
    /// <param name="capacity">The whole.</param>
    /// <param name="counted">How much each resource counts in a dominant share.</param>
    public ReadOnlySpan<double> Compute(IReadOnlyList<AgentEntry> agents, IReadOnlyCollection<GroupEntry> groups, scoped in ResourceTotals capacity, scoped in Fractions counted)
    {
        if (_shares.Length < agents.Count) _shares = new double[Math.Max(agents.Count, _shares.Length * 2)];
        _tree.Clear(counted);
        foreach (var group in groups) (group.ShareNode, group.Owed) = (-1, 0);
        foreach (var agent in agents)
        {
            var demand = agent.Used + agent.Asked;
            agent.ShareNode = demand.IsZero ? -1 : _tree.AddAgent(NodeOf(agent.Parent, capacity), agent.Weight,
                Fractions.Of(demand, capacity), GuaranteeOf(agent, capacity), LimitOf(agent, capacity));
        }
        _tree.Solve();
        foreach (var group in groups)
            if (group.ShareNode >= 0) group.Owed = _tree.Share(group.ShareNode);
        for (var i = 0; i < agents.Count; i++) _shares[i] = agents[i].ShareNode < 0 ? 0 : _tree.Share(agents[i].ShareNode);
        return _shares.AsSpan(0, agents.Count);
    }

    /// <summary>The same over one resource: for tables and for tests.</summary>
    public ReadOnlySpan<double> Compute(ReadOnlySpan<Claim> claims)
    {
        if (_shares.Length < claims.Length) _shares = new double[claims.Length];
        _tree.Clear(Fractions.All(1));
        foreach (var claim in claims) _tree.AddAgent(ShareTree.Root, claim.Weight, First(claim.Cap), First(claim.Floor), Fractions.All(double.PositiveInfinity));
        _tree.Solve();
        for (var i = 0; i < claims.Length; i++) _shares[i] = _tree.Share(i + 1);
        return _shares.AsSpan(0, claims.Length);
    }

    private int NodeOf(GroupEntry? group, in ResourceTotals capacity)
    {
        if (group?.Parent is not { } parent) return ShareTree.Root;
        if (group.ShareNode < 0)
            group.ShareNode = _tree.AddGroup(NodeOf(parent, capacity), group.Weight, GuaranteeOf(group, capacity), LimitOf(group, capacity));
        return group.ShareNode;
    }

    private static Fractions GuaranteeOf(OrderNode node, in ResourceTotals capacity) => node.HasGuarantee ? Fractions.Of(node.Guarantee, capacity) : default;

    private static Fractions LimitOf(OrderNode node, in ResourceTotals capacity)
    {
        if (!node.HasLimit) return Fractions.All(double.PositiveInfinity);
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++)
            lanes[lane] = capacity[lane] > 0 && node.Limit[lane] < OrderNode.NoLimit ? node.Limit[lane] / (double)capacity[lane] : double.PositiveInfinity;
        return new Fractions(lanes);
    }

    private static Fractions First(double value)
    {
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        lanes.Clear();
        lanes[0] = value;
        return new Fractions(lanes);
    }
}
