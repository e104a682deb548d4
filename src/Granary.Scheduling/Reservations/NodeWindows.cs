using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Reservations;

/// <summary>
/// What reservations set aside on one node. While a window is open, what its agent does not use of it is held back: it counts as taken for
/// everybody else (<see cref="NodeEntry.Free"/> is less by it), so that the node index passes it over at no cost.
/// </summary>
internal sealed class NodeWindows(NodeEntry node)
{
    private readonly List<Holder> _holders = [];

    public List<WindowPiece> Pieces { get; } = [];

    /// <summary>What is held back for all agents together.</summary>
    public ResourceVector Held { get; private set; }

    /// <summary>What is held back for one agent.</summary>
    public ResourceVector HeldFor(AgentEntry agent)
    {
        foreach (var holder in _holders)
            if (ReferenceEquals(holder.Agent, agent)) return holder.Held;
        return ResourceVector.Zero;
    }

    /// <summary>A window of the agent is open here: what it runs here is within its reservation.</summary>
    public bool IsOpenFor(AgentEntry agent)
    {
        foreach (var holder in _holders)
            if (ReferenceEquals(holder.Agent, agent)) return true;
        return false;
    }

    /// <summary>At most what windows of others that are still to open take between now and <paramref name="end"/>.</summary>
    public ResourceVector Ahead(AgentEntry agent, long now, long end)
    {
        var taken = ResourceVector.Zero;
        foreach (var piece in Pieces)
            if (!piece.Owner.Open && !ReferenceEquals(piece.Owner.Agent, agent) && piece.Owner.NextBoundary(now) < end) taken += piece.Vector;
        return taken;
    }

    /// <summary>What leases of an agent hold of the node.</summary>
    public ResourceVector UseOf(AgentEntry agent)
    {
        var use = ResourceVector.Zero;
        foreach (var lease in node.Leases)
            if (ReferenceEquals(lease.Item.Agent, agent)) use += lease.Item.Shape.VectorRef;
        return use;
    }

    /// <summary>Holds back what the open windows leave unused, after a window opened or closed, or a lease of the node began or ended.</summary>
    public void Settle()
    {
        var before = Held;
        foreach (var holder in _holders)
        {
            holder.Reserved = ResourceVector.Zero;
            holder.Held = ResourceVector.Zero;
        }
        foreach (var piece in Pieces)
            if (piece.Owner.Open) Of(piece.Owner.Agent).Reserved += piece.Vector;
        var held = ResourceVector.Zero;
        for (var i = _holders.Count - 1; i >= 0; i--)
        {
            var holder = _holders[i];
            if (holder.Reserved.IsZero)
            {
                holder.Agent.HeldOn?.Remove(node);
                _holders.RemoveAt(i);
                continue;
            }
            holder.Held = ResourceVector.Max(ResourceVector.Zero, holder.Reserved - UseOf(holder.Agent));
            held += holder.Held;
        }
        Held = held;
        node.FreeInSum += before - held;
    }

    private Holder Of(AgentEntry agent)
    {
        foreach (var holder in _holders)
            if (ReferenceEquals(holder.Agent, agent)) return holder;
        var added = new Holder(agent);
        _holders.Add(added);
        var on = agent.HeldOn ??= [];
        var at = on.Count;
        while (at > 0 && on[at - 1].Index > node.Index) at--;
        on.Insert(at, node);
        return added;
    }

    private sealed class Holder(AgentEntry agent)
    {
        public AgentEntry Agent { get; } = agent;
        public ResourceVector Reserved { get; set; }
        public ResourceVector Held { get; set; }
    }
}
