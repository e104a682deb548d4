using Granary.Model;
using Granary.Scheduling.Analysis;
using Granary.Scheduling.Durations;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Ordering;

namespace Granary.Scheduling.State;

/// <summary>One tenant of the pool.</summary>
internal sealed class AgentEntry(int index, AgentSpec spec) : OrderNode
{
    public int Index { get; } = index;

    public AgentSpec Spec { get; private set; } = spec;

    public override string Name => Spec.Id;

    public override double Weight => Spec.Weight;

    /// <summary>Its waiting tasks by shape.</summary>
    public Dictionary<Shape, ShapeQueue> Queues { get; } = [];

    public OrderHeap Order { get; } = new();

    /// <summary>Sum of what its ready tasks ask for.</summary>
    public ResourceTotals Asked { get; set; }

    /// <summary>Its tasks that have a lease.</summary>
    public List<TaskEntry> Leases { get; } = [];

    /// <summary>No lease of its is held by a task of lower priority. Set to the lowest there is by whoever looks at all of them.</summary>
    public int LowestHeldPriority { get; set; } = int.MaxValue;

    public void AddLease(TaskEntry task)
    {
        task.AgentSlot = Leases.Count;
        Leases.Add(task);
        LowestHeldPriority = Math.Min(LowestHeldPriority, task.Item.Spec.Priority);
    }

    public void RemoveLease(TaskEntry task)
    {
        var last = Leases[^1];
        Leases[task.AgentSlot] = last;
        last.AgentSlot = task.AgentSlot;
        Leases.RemoveAt(Leases.Count - 1);
        task.AgentSlot = -1;
        if (Leases.Count == 0) LowestHeldPriority = int.MaxValue;
    }

    /// <summary>Tasks ready to be placed.</summary>
    public int Ready { get; set; }

    /// <summary>Tasks in state Queued, ready or not.</summary>
    public int Queued { get; set; }

    public int Placed { get; set; }

    public int Running { get; set; }

    /// <summary>When it was last given a lease.</summary>
    public long LastPlacedAt { get; set; }

    /// <summary>Since when it has had ready tasks.</summary>
    public long DemandSince { get; set; }

    /// <summary>It is in the aging queue.</summary>
    public bool Aging { get; set; }

    public AgentCounts Counts { get; } = new();

    public DurationHistory Durations { get; } = new();

    /// <summary>Waits and deadlines since weights were adapted last; null unless the pool adapts them.</summary>
    public Feedback? Feedback { get; set; }

    public ArrivalPattern Arrivals { get; } = new();

    /// <summary>It does not look for tasks to stop before this, having found none.</summary>
    public long SeekAt { get; set; }

    /// <summary>How long it rested last; 0 when it found some.</summary>
    public long SeekPause { get; set; }

    /// <summary>The round of looks in which it had its turn last.</summary>
    public long SoughtIn { get; set; } = -1;

    /// <summary>The search for victims that last found that its tasks may be stopped.</summary>
    public long LosesIn { get; set; }

    public double ReceivedShareSeconds { get; set; }

    public double FairShareSeconds { get; set; }

    /// <summary>What it may submit at once; null until it is needed.</summary>
    public Load.TokenBucket? Bucket { get; set; }

    /// <summary>Nodes where open windows hold something back for it, by index; null for none ever.</summary>
    public List<NodeEntry>? HeldOn { get; set; }

    /// <summary>Since when it has waited to be given something.</summary>
    public long WaitingSince => Math.Max(LastPlacedAt, DemandSince);

    public void Set(AgentSpec spec, ResourceLanes lanes)
    {
        Spec = spec;
        SetBounds(spec.Guarantee, spec.Limit, lanes);
    }
}

/// <summary>What became of tasks.</summary>
internal sealed class AgentCounts
{
    public long Succeeded;
    public long Failed;
    public long Cancelled;
    public long Rejected;
    public long Lost;
    public long DeadlinesKept;
    public long DeadlinesMissed;
    public long PreemptionsCaused;
    public long PreemptionsSuffered;
}
