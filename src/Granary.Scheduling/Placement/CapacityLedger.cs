using Granary.Model;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Placement.Kinds;
using Granary.Scheduling.Placement.Terms;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement;

/// <summary>The pool's nodes: what they have, what is free, and which were freed since everything that waits was tried on them.</summary>
internal sealed class CapacityLedger
{
    private readonly List<NodeEntry> _nodes = [];
    private readonly Dictionary<string, NodeEntry> _byName = new(StringComparer.Ordinal);
    private readonly Queue<NodeEntry> _dirty = new();
    private readonly List<NodeEntry> _ready = [];
    private bool _readyStale = true;
    private int _slices;

    public IReadOnlyList<NodeEntry> Nodes => _nodes;

    public CapacityLedger() => Kinds = new NodeKinds(Index);

    public NodeIndex Index { get; } = new();

    /// <summary>The nodes by kind, while something asks for it.</summary>
    public NodeKinds Kinds { get; }

    /// <summary>What live tasks ask of nodes beyond room.</summary>
    public TermsTable Terms { get; } = new();

    /// <summary>What tasks ask of GPUs.</summary>
    public GpuDemand Demand { get; } = new();

    /// <summary>Nodes freed and not settled yet.</summary>
    public int FreedNodes => _dirty.Count;

    /// <summary>Capacity of the nodes that may hold leases.</summary>
    public ResourceTotals Capacity { get; private set; }

    /// <summary>What leases hold.</summary>
    public ResourceTotals Used { get; private set; }

    /// <summary>Grows with every freeing: what did not fit in an epoch does not fit until the next.</summary>
    public long Epoch { get; private set; }

    /// <summary>Grows with every change of the nodes' sizes and states.</summary>
    public long NodeEpoch { get; private set; }

    /// <summary>Nodes that take tasks, in the order of their indices.</summary>
    public IReadOnlyList<NodeEntry> Ready
    {
        get
        {
            if (!_readyStale) return _ready;
            _readyStale = false;
            _ready.Clear();
            foreach (var node in _nodes)
                if (node.State == NodeState.Ready) _ready.Add(node);
            return _ready;
        }
    }

    /// <summary>Ready nodes of the pool's own: what is borrowed may be called back, so nothing is promised there.</summary>
    public IReadOnlyList<NodeEntry> Promisable
    {
        get
        {
            var ready = Ready;
            return _slices == 0 ? ready : [.. ready.Where(n => n.Slice is null)];
        }
    }

    /// <summary>The entry of a loan's room, under a new name.</summary>
    public NodeEntry AddSlice(NodeSpec spec)
    {
        CountSlice();
        return Add(spec);
    }

    /// <summary>How many nodes were declared here, loans left out.</summary>
    public int OwnNodes => _nodes.Count - _slices;

    /// <summary>One of the nodes is a loan.</summary>
    public void CountSlice()
    {
        _slices++;
        _readyStale = true;
    }

    public NodeEntry? Find(string name) => _byName.GetValueOrDefault(name);

    public NodeEntry Add(NodeSpec spec)
    {
        var node = new NodeEntry(_nodes.Count, spec);
        _nodes.Add(node);
        _byName[spec.Name] = node;
        return node;
    }

    /// <summary>Sets a node's declaration and state.</summary>
    public void Set(NodeEntry node, NodeSpec spec, in ResourceVector capacity, NodeState state)
    {
        if (node.Counts) Capacity -= node.Capacity;
        if (node.Indexed) Index.Remove(node);
        Kinds.Leave(node);
        var moved = Terms.WatchesTasks && node.Leases.Count > 0 && !LabelSet.Same(node.Spec.Labels, spec.Labels);
        if (node.Spec.Name != spec.Name)
        {
            _byName.Remove(node.Spec.Name);
            _byName[spec.Name] = node;
        }
        node.Spec = spec;
        node.Resize(capacity, Demand);
        node.State = state;
        if (node.Counts) Capacity += capacity;
        if (state == NodeState.Ready)
        {
            Index.Add(node);
            MarkFreed(node);
        }
        Kinds.Enter(node, _nodes);
        if (moved) Terms.Recount(_nodes);
        _readyStale = true;
        NodeEpoch++;
    }

    public void Grant(NodeEntry node, TaskEntry task)
    {
        node.AddLease(task);
        task.Item.Agent.AddLease(task);
        node.Windows?.Settle();
        Used += task.Item.Shape.Vector;
        if (node.Indexed) Index.Update(node);
        if (Kinds.Active) Kinds.Update(node);
        if (Terms.WatchesTasks) Terms.Tally(node, task.Item, 1);
    }

    public void Release(NodeEntry node, TaskEntry task)
    {
        node.RemoveLease(task);
        task.Item.Agent.RemoveLease(task);
        node.Windows?.Settle();
        Used -= task.Item.Shape.Vector;
        if (Terms.WatchesTasks) Terms.Tally(node, task.Item, -1);
        if (!node.Indexed) return;
        Index.Update(node);
        if (Kinds.Active) Kinds.Update(node);
        MarkFreed(node);
    }

    /// <summary>After a window opened or closed on the node, or was taken off it.</summary>
    public void WindowsChanged(NodeEntry node)
    {
        node.Windows?.Settle();
        if (!node.Indexed) return;
        Index.Update(node);
        MarkFreed(node);
    }

    /// <summary>After room beyond the node's own came or went.</summary>
    public void RoomChanged(NodeEntry node, bool grew)
    {
        node.FreeInSum = node.FreeInSum;
        if (!node.Indexed) return;
        Index.Update(node);
        if (Kinds.Active) Kinds.Update(node);
        if (grew) MarkFreed(node);
    }

    /// <summary>Takes lent room off a node (<paramref name="sign"/> 1), or gives it back (-1).</summary>
    public void Lend(NodeEntry node, in ResourceVector slice, int sign)
    {
        node.Lent = sign > 0 ? node.Lent + slice : node.Lent - slice;
        node.FreeInSum = sign > 0 ? node.FreeInSum - slice : node.FreeInSum + slice;
        if (!node.Indexed) return;
        Index.Update(node);
        if (Kinds.Active) Kinds.Update(node);
        if (sign < 0) MarkFreed(node);
    }

    /// <summary>Gives leases the devices that a snapshot says they hold.</summary>
    public void RestoreDevices(IReadOnlyDictionary<long, DeviceShare> shares)
    {
        foreach (var node in _nodes)
        {
            if (node.Devices is null && node.Slice is null) continue;
            node.RestoreDevices(shares);
            if (node.Indexed) Index.Update(node);
            if (Kinds.Active) Kinds.Update(node);
        }
    }

    /// <summary>What waits must be tried on this node again.</summary>
    public void MarkFreed(NodeEntry node)
    {
        Epoch++;
        if (node.Dirty || !node.Indexed) return;
        node.Dirty = true;
        _dirty.Enqueue(node);
    }

    /// <summary>The next node to try what waits on; null when there is none.</summary>
    public NodeEntry? NextFreed()
    {
        while (_dirty.TryPeek(out var node))
        {
            if (node.Indexed) return node;
            Settled(node);
        }
        return null;
    }

    /// <summary>Everything that waits was tried on the node that <see cref="NextFreed"/> gave.</summary>
    public void Settled(NodeEntry node)
    {
        _dirty.Dequeue();
        node.Dirty = false;
    }

    /// <summary>True when no node, even empty and with all that its calendars bring, holds the request. Nodes that are lost or gone do not count; declared ones do.</summary>
    public bool IsTooLarge(in ResourceVector request)
    {
        foreach (var node in _nodes)
            if (node.State is not (NodeState.Lost or NodeState.Down) && request.FitsIn(node.Potential) && node.DevicesCouldHold(request)) return false;
        return true;
    }

    /// <summary>A node that is not lost or gone has the labels that terms require and, when empty, holds the request. What one that has not joined carries out is not known yet.</summary>
    public bool AnyCouldUse(in ResourceVector request, PlacementTerms terms)
    {
        foreach (var node in _nodes)
            if (node.State is not (NodeState.Lost or NodeState.Down) && request.FitsIn(node.Potential) && node.DevicesCouldHold(request) && TermsEntry.HasLabels(terms, node.Spec, node.State == NodeState.Declared)) return true;
        return false;
    }

    public bool AnyDeclared
    {
        get
        {
            foreach (var node in _nodes)
                if (node.State is not (NodeState.Lost or NodeState.Down)) return true;
            return false;
        }
    }
}
