using Granary.Model;
using Granary.Scheduling.Ordering;

namespace Granary.Scheduling.State;

/// <summary>A place in the agents' tree.</summary>
internal abstract class OrderNode : OrderItem
{
    public GroupEntry? Parent { get; set; }

    /// <summary>What it and everything below it holds.</summary>
    public ResourceTotals Used { get; set; }

    public double Weight { get; set; } = 1;

    /// <summary>What leases hold that have been told to stop.</summary>
    public ResourceTotals Leaving { get; set; }

    /// <summary>What room is being made for.</summary>
    public ResourceTotals Claimed { get; set; }

    /// <summary>What it will hold when all who were told to stop have, and those they make room for have started.</summary>
    public ResourceTotals EffectiveUse => Used - Leaving + Claimed;

    /// <summary>What it can always get back; nothing for groups.</summary>
    public virtual ResourceTotals GuaranteeTotal => ResourceTotals.Zero;
}

/// <summary>A group of agents and groups. It is owed what its members together are owed; what idle members leave goes to the others of the group first.</summary>
internal sealed class GroupEntry(string path, GroupEntry? parent) : OrderNode
{
    public string Path { get; } = path;

    public override string Name => Path;

    /// <summary>Members with tasks that wait.</summary>
    public OrderHeap Children { get; } = new();

    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;
}
