using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>
/// Start-time fair queueing at every level of the tree: each node has a virtual time up to which it was served; the smallest goes next. A task moves its
/// agent, and the groups it is in, on by its dominant share times its run time, over their weight. Who comes back from being idle begins at the virtual
/// time of its siblings.
/// </summary>
/// <remarks>
/// Goyal, Vin, Cheng, Start-time Fair Queueing, SIGCOMM 1996; in a tree as in section 3 there. Run times are expected ones, and put right when
/// the task ends.
/// </remarks>
internal sealed partial class OrderTree
{
    /// <summary>A task of an agent was given a lease.</summary>
    /// <param name="micros">Its expected run time.</param>
    public void Serve(AgentEntry agent, in ResourceVector vector, long micros)
    {
        if (!Rules.ByVirtualTime) return;
        var cost = Cost(vector, micros);
        for (OrderNode node = agent; Above(node) is { } parent; node = parent)
        {
            parent.VirtualTime = Math.Max(parent.VirtualTime, node.Served);
            node.Served = parent.VirtualTime + cost / node.EffectiveWeight;
        }
    }

    /// <summary>A task ended after another time than was expected.</summary>
    /// <param name="micros">How much longer it ran; negative when shorter.</param>
    public void Correct(AgentEntry agent, in ResourceVector vector, long micros)
    {
        if (!Rules.ByVirtualTime) return;
        var cost = Cost(vector, micros);
        for (OrderNode node = agent; Above(node) is { } parent; node = parent) node.Served = Math.Max(0, node.Served + cost / node.EffectiveWeight);
    }

    private static void Arrive(OrderNode node, GroupEntry parent) => node.Served = Math.Max(node.Served, parent.VirtualTime);

    private double Cost(in ResourceVector vector, long micros) => (ResourceTotals.Zero + vector).DominantShare(Basis) * micros / Clock.Second;

    private GroupEntry? Above(OrderNode node) => Rules.Hierarchical || ReferenceEquals(node, Root) ? node.Parent : Root;

    private void ForgetVirtualTime()
    {
        Root.VirtualTime = 0;
        foreach (var agent in _agents) agent.Served = 0;
        foreach (var group in _groups.Values) group.Served = group.VirtualTime = 0;
    }
}
