using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

internal sealed partial class OrderTree
{
    /// <summary>Changes what a group is owed as a whole. What runs is not disturbed; what waits is ordered anew.</summary>
    public void SetGroup(GroupSpec spec, ResourceLanes lanes)
    {
        var group = Group(spec.Path);
        var before = group.Weight;
        group.Set(spec, lanes);
        AnyGuarantee |= group.HasGuarantee;
        AddWeight(group.Parent!, group.Weight - before);
        // By path: a parent comes before what is below it.
        foreach (var other in _groups.Values) other.LimitedAbove = other.Parent is { HasLimit: true } ? other.Parent : other.Parent!.LimitedAbove;
        foreach (var agent in _agents) agent.LimitedAbove = agent.Parent is { HasLimit: true } ? agent.Parent : agent.Parent!.LimitedAbove;
        MarkRecheck(group);
        PlaceAll();
    }

    /// <summary>Sets what shares count: the half-life of remembered use, how much each resource weighs, and what decides between siblings. Memory goes on from what it is now.</summary>
    public void SetFairness(long halfLife, in Fractions counted, bool byVirtualTime)
    {
        if (Rules.ByVirtualTime != byVirtualTime)
        {
            Rules.ByVirtualTime = byVirtualTime;
            ForgetVirtualTime();
        }
        if (Rules.HalfLife != halfLife)
        {
            foreach (OrderNode node in _agents) SwitchMemory(node, halfLife);
            foreach (OrderNode node in _groups.Values) SwitchMemory(node, halfLife);
            Rules.HalfLife = halfLife;
            _refreshAt = 0;
        }
        Counted = counted;
        Basis = BasisOf(_capacity, counted);
        _stale = true;
    }

    /// <summary>Puts everything that waits where its key says now.</summary>
    public void PlaceAll()
    {
        foreach (var agent in _agents)
            if (agent.Ready > 0) Place(agent);
    }

    public GroupEntry? FindGroup(string path) => _groups.GetValueOrDefault(path);

    private static ShareBasis BasisOf(in ResourceTotals capacity, in Fractions counted)
    {
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++) lanes[lane] = counted[lane];
        return new ShareBasis(capacity, lanes);
    }

    private void SwitchMemory(OrderNode node, long halfLife)
    {
        node.Past.Average = Rules.HalfLife > 0 && halfLife > 0 ? node.Past.Value(Now, Rules.HalfLife) : 0;
        node.Past.Share = halfLife > 0 ? node.Used.DominantShare(Basis) : 0;
        node.Past.At = halfLife > 0 ? Now : 0;
    }

    /// <summary>A limit has more room. Where groups are not in the order, their agents are told one by one.</summary>
    private void MarkRecheck(OrderNode node)
    {
        node.Recheck = true;
        if (node is not GroupEntry group || Rules.Hierarchical) return;
        foreach (var agent in _agents)
        {
            if (!agent.IsIn(group)) continue;
            agent.Recheck = true;
            Settle(agent);
        }
    }

    /// <summary>A group was walked to its end: what waits in it has been tried.</summary>
    public void Checked(GroupEntry group)
    {
        group.Recheck = false;
        for (var parent = group.Parent; parent is not null && group.HeapIndex >= 0; group = parent, parent = parent.Parent)
        {
            SetBounds(group);
            parent.Children.UpdateBounds(group);
        }
    }

    /// <summary>A group without a weight of its own weighs what its members do; so does the group it is in.</summary>
    private static void AddWeight(GroupEntry? group, double weight)
    {
        for (; group is not null && weight != 0; group = group.Parent)
        {
            var before = group.Weight;
            group.MemberWeight += weight;
            weight = group.Weight - before;
        }
    }

    private GroupEntry Group(string path)
    {
        if (path.Length == 0) return Root;
        if (_groups.TryGetValue(path, out var group)) return group;
        var slash = path.LastIndexOf('/');
        return _groups[path] = new GroupEntry(path, Group(slash < 0 ? "" : path[..slash]));
    }
}
