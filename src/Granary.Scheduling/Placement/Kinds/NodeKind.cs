using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement.Kinds;

/// <summary>Nodes that terms and prices cannot tell apart: the same traits, and the same values of every label that some task's terms name.</summary>
internal sealed class NodeKind(int id, NodeTraits? traits, string[] values, NodeIndex scale)
{
    public int Id { get; } = id;

    public NodeTraits? Traits { get; } = traits;

    /// <summary>Values of the labels in use, in their order; null text for a label the nodes do not have.</summary>
    public string[] Values { get; } = values;

    /// <summary>Its ready nodes, by what is free.</summary>
    public NodeIndex Index { get; } = new(scale);

    /// <summary>Its nodes, ready or not, in no order that matters.</summary>
    public List<NodeEntry> Nodes { get; } = [];
}
