using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Migration;
using Granary.Scheduling.Preemption;

namespace Granary.Scheduling.State;

/// <summary>Why a lease is being stopped.</summary>
internal enum StopMark : byte
{
    None,
    Cancelled,
    Preempted,
}

/// <summary>One live task.</summary>
internal sealed class TaskEntry(ItemEntry item, long number)
{
    public ItemEntry Item { get; } = item;

    public long Number { get; } = number;

    public TaskState State { get; set; } = TaskState.Queued;

    public StopMark Stop { get; set; }

    public int Attempt { get; set; }

    public int RetriesUsed { get; set; }

    /// <summary>Position in its shape queue; -1 when it does not wait there.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>Position among its node's leases.</summary>
    public int LeaseSlot { get; set; } = -1;

    /// <summary>The GPUs of its node that its lease holds.</summary>
    public DeviceShare Devices { get; set; }

    /// <summary>Position among its agent's leases.</summary>
    public int AgentSlot { get; set; } = -1;

    /// <summary>Its lease rests on room beyond its node's own: it is the first to be stopped there.</summary>
    public bool Spare { get; set; }

    /// <summary>Room that is being made for it.</summary>
    public RoomClaim? Claim { get; set; }

    /// <summary>Its lease came by preemption from another agent: none takes it back for the sake of guarantees and shares.</summary>
    public bool Settled { get; set; }

    /// <summary>How often it was stopped for another task, and the last time; null when it never was.</summary>
    public int Preemptions { get; set; }

    public PreemptionMark? LastPreemption { get; set; }

    /// <summary>Fencing token of the last lease.</summary>
    public long Token { get; set; }

    public NodeEntry? Node { get; set; }

    /// <summary>When the lease was granted.</summary>
    public long PlacedAt { get; set; }

    /// <summary>When the process was reported; 0 before.</summary>
    public long StartedAt { get; set; }

    /// <summary>When it last wrote a checkpoint in this attempt, as far as its node has said; 0 for never. Not in the journal.</summary>
    public long CheckpointAt { get; set; }

    /// <summary>Not to be placed before this; 0 for no back-off.</summary>
    public long NotBefore { get; set; }

    /// <summary>It waits in the back-off queue.</summary>
    public bool InBackoff { get; set; }

    /// <summary>Since when nothing but room and order holds it back.</summary>
    public long ReadySince { get; set; }

    /// <summary>How the last attempt ended.</summary>
    public ExitInfo? LastExit { get; set; }

    /// <summary>Why it is being stopped, or why the last attempt failed.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Its deadline passed before it had ended.</summary>
    public bool Missed { get; set; }

    /// <summary>Capacity set aside for it.</summary>
    public PlanSlot? Slot { get; set; }

    /// <summary>It is on its way to another node; null when it is not.</summary>
    public TaskMove? Move { get; set; }

    public int Index => (int)(Number - Item.First);

    /// <summary>When the lease should end, at <paramref name="now"/>; what has overrun is expected to take half as long again.</summary>
    public long ExpectedEnd(long now)
    {
        var start = StartedAt != 0 ? StartedAt : PlacedAt;
        var end = start + Item.Estimate;
        return end > now ? end : now + Math.Max(Clock.Second, (now - start) / 2);
    }
}
