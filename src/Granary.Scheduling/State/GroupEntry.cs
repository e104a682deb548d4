using Granary.Model;
using Granary.Scheduling.Ordering;

namespace Granary.Scheduling.State;

/// <summary>A group of agents and groups. It is owed what its members together are owed, unless it was declared; what idle members leave goes to the others of the group first.</summary>
internal sealed class GroupEntry : OrderNode
{
    public GroupEntry(string path, GroupEntry? parent)
    {
        Path = path;
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        LimitedAbove = parent is { HasLimit: true } ? parent : parent?.LimitedAbove;
    }

    public string Path { get; }

    public override string Name => Path;

    /// <summary>Members with tasks that wait.</summary>
    public OrderHeap Children { get; } = new();

    public int Depth { get; }

    /// <summary>The virtual time of its members: where the one that was served last began.</summary>
    public double VirtualTime { get; set; }

    /// <summary>What was declared; null when agents only named it.</summary>
    public GroupSpec? Spec { get; private set; }

    /// <summary>Sum of its members' weights.</summary>
    public double MemberWeight { get; set; }

    public override double Weight => Spec is { Weight: > 0 } spec ? spec.Weight : MemberWeight;

    /// <summary>The dominant share it is owed, as last computed.</summary>
    public double Owed { get; set; }

    public void Set(GroupSpec spec, ResourceLanes lanes)
    {
        Spec = spec;
        SetBounds(spec.Guarantee, spec.Limit, lanes);
    }
}
