using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement.Terms;

namespace Granary.Scheduling.State;

/// <summary>What all members of one admitted item share.</summary>
internal sealed class ItemEntry
{
    public required TaskSpec Spec { get; init; }

    public AgentEntry Agent => Queue.Agent;

    /// <summary>Where its members wait.</summary>
    public required ShapeQueue Queue { get; init; }

    public Shape Shape => Queue.Shape;

    /// <summary>Number of the first member; the others follow.</summary>
    public required long First { get; init; }

    public required int Count { get; init; }

    public required long Submitted { get; init; }

    /// <summary>Microseconds since the epoch; 0 for none.</summary>
    public required long Deadline { get; init; }

    /// <summary>Expected run time, microseconds, at least 1,000.</summary>
    public required long Estimate { get; init; }

    public required IReadOnlyList<long> After { get; init; }

    public required IReadOnlyList<NumberRun> AfterItems { get; init; }

    /// <summary>What its specification takes in memory, bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Dependencies that have not succeeded yet.</summary>
    public int Pending { get; set; }

    /// <summary>Members that are not final yet.</summary>
    public int Live { get; set; }

    /// <summary>Members that have not succeeded.</summary>
    public int Remaining { get; set; }

    /// <summary>A member ended without success; 0 for none.</summary>
    public long FailedMember { get; set; }

    /// <summary>Items that wait for all members of this one.</summary>
    public List<ItemEntry>? Dependants { get; set; }

    /// <summary>When dependencies, as far as they are known, should have ended; microseconds.</summary>
    public long Release { get; set; }

    /// <summary>The ids it waits for, built when somebody asks.</summary>
    public IReadOnlyList<TaskId>? AfterIds { get; set; }

    /// <summary>Its members start together; null when each starts by itself.</summary>
    public GangEntry? Gang { get; set; }

    /// <summary>What terms of other tasks know its tasks by, as of a version of those terms.</summary>
    public Selector[] Selectors { get; set; } = [];

    public int SelectorVersion { get; set; }

    /// <summary>What its promises rest on; null when the run time was stated, or it has no deadline.</summary>
    public PromiseBasis? Basis { get; set; }
}
