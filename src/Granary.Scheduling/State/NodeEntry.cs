using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Placement.Kinds;
using Granary.Scheduling.Reservations;

namespace Granary.Scheduling.State;

/// <summary>One machine of the pool.</summary>
internal sealed class NodeEntry(int index, NodeSpec spec)
{
    public int Index { get; } = index;

    public NodeSpec Spec { get; set; } = spec;

    public NodeState State { get; set; } = NodeState.Declared;

    public ResourceVector Capacity { get; set; }

    /// <summary>Capacity less what leases hold and open windows hold back; negative where the capacity was lowered under them, or tasks in a window's way overran.</summary>
    public ResourceVector Free { get; set; }

    public List<TaskEntry> Leases { get; } = [];

    /// <summary>Capacity set aside here, by start; null when there is none.</summary>
    public List<PlanSlot>? Plan { get; set; }

    /// <summary>Windows of reservations here; null when there are none.</summary>
    public NodeWindows? Windows { get; set; }

    /// <summary>What is free for one agent: its own windows stand in nobody's way but others'.</summary>
    public ResourceVector FreeFor(AgentEntry agent) => Windows is null ? Free : Free + Windows.HeldFor(agent);

    /// <summary>What leases hold.</summary>
    public ResourceVector Used => Windows is null ? Capacity - Free - Lent : Capacity - Free - Lent - Windows.Held;

    /// <summary>It was freed since everything that waits was last tried on it.</summary>
    public bool Dirty { get; set; }

    /// <summary>The key it has in the node index, and whether it is there.</summary>
    public long IndexKey { get; set; }

    public bool Indexed { get; set; }

    /// <summary>Its kind, and its place among the ready nodes of it, while kinds are kept.</summary>
    public NodeKind? Kind { get; set; }

    public long KindKey { get; set; }

    public bool KindIndexed { get; set; }

    /// <summary>The search that last took it as a candidate.</summary>
    public long Seen { get; set; }

    /// <summary>Its class counts among the pool's.</summary>
    public bool ClassCounted { get; set; }

    /// <summary>What its pool has lent of it.</summary>
    public ResourceVector Lent { get; set; }

    /// <summary>The loan that this is, when it is no node of this pool but a part of another pool's.</summary>
    public Cohorts.SliceEntry? Slice { get; set; }

    /// <summary>The machine's name: where leases here run.</summary>
    public string Host => Slice is null ? Spec.Name : Slice.Loan.Node.Name;

    public bool Counts => State is not (NodeState.Lost or NodeState.Down or NodeState.Declared);

    public void AddLease(TaskEntry task)
    {
        task.LeaseSlot = Leases.Count;
        Leases.Add(task);
        Free -= task.Item.Shape.Vector;
    }

    public void RemoveLease(TaskEntry task)
    {
        var last = Leases[^1];
        Leases[task.LeaseSlot] = last;
        last.LeaseSlot = task.LeaseSlot;
        Leases.RemoveAt(Leases.Count - 1);
        task.LeaseSlot = -1;
        Free += task.Item.Shape.Vector;
    }
}
