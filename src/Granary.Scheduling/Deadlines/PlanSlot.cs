using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

/// <summary>Capacity of one node set aside for one task: for an accepted deadline, or because it was passed over too long.</summary>
internal sealed class PlanSlot(TaskEntry task, bool guard)
{
    public TaskEntry Task { get; } = task;

    /// <summary>It guards against starvation; otherwise it backs a promise.</summary>
    public bool Guard { get; } = guard;

    /// <summary>Where; null while no node could be found for it.</summary>
    public NodeEntry? Node { get; set; }

    /// <summary>From when it is set aside, microseconds.</summary>
    public long Start { get; set; }

    public long End { get; set; }

    /// <summary>It is part of a conservative plan: preemption, which that plan cannot foresee, may delay it.</summary>
    public bool Planned { get; set; }

    /// <summary>A promise that a conservative plan moved to the earliest start in its turn.</summary>
    public bool Early { get; set; }

    /// <summary>Its start has come: its task goes before shares.</summary>
    public bool Due { get; set; }

    /// <summary>Where it stands among the promises, and among those without a node.</summary>
    public int PromiseIndex { get; set; }

    public int HomelessIndex { get; set; }

    public ref readonly ResourceVector Vector => ref Task.Item.Shape.VectorRef;
}
