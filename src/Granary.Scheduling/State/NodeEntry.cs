using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Overcommit;
using Granary.Scheduling.Placement.Kinds;
using Granary.Scheduling.Reservations;

namespace Granary.Scheduling.State;

/// <summary>One machine of the pool.</summary>
internal sealed class NodeEntry(int index, NodeSpec spec)
{
    private ResourceVector _freeInSum;
    private Cohorts.SliceEntry? _slice;
    private NodeCalendar? _calendar;

    public int Index { get; } = index;

    public NodeSpec Spec { get; set; } = spec;

    public NodeState State { get; set; } = NodeState.Declared;

    public ResourceVector Capacity { get; set; }

    /// <summary>The most it has at any time: its capacity with all that its calendars bring.</summary>
    public ResourceVector Potential => _calendar is null ? Capacity : ResourceVector.Max(Capacity, Capacity + _calendar.Away);

    /// <summary>What comes and goes by its calendars; null when nothing does.</summary>
    public NodeCalendar? Calendar
    {
        get => _calendar;
        set => _calendar = value;
    }

    /// <summary>
    /// Capacity less what leases hold and open windows hold back, and room beyond that where use is measured and overcommitted; negative where the capacity was lowered under them, or tasks in a window's way
    /// overran. Of GPUs that are told apart no more than the largest request that fits (<see cref="DeviceSet.Placeable"/>), so that comparing a
    /// request with it is exact.
    /// </summary>
    public ResourceVector Free { get; private set; }

    /// <summary>The same, of GPUs too in sum over all devices.</summary>
    public ResourceVector FreeInSum
    {
        get => _freeInSum;
        set
        {
            Free = OnDevices(_freeInSum = value);
            if (Measured is not null) Free += Measured.Extra;
        }
    }

    /// <summary>What its machine is measured to use; null unless its pool overcommits.</summary>
    public MeasuredUse? Measured { get; set; }

    /// <summary>Of <see cref="Free"/>, what is the node's own: nobody holds it.</summary>
    public ResourceVector Own => Measured is null ? Free : Free - Measured.Extra;

    /// <summary>What of the node itself may be promised: what is its own, and what spare leases hold, who give way.</summary>
    public ResourceVector Firm => Measured is null ? Free : Free - Measured.Extra + Measured.Spare;

    /// <summary>Its GPUs one by one; null when it has none, or too many to be told apart.</summary>
    public DeviceSet? Devices { get; private set; }

    public List<TaskEntry> Leases { get; } = [];

    /// <summary>How many leases here were told to stop.</summary>
    public int Ending { get; private set; }

    /// <summary>What those hold.</summary>
    public ResourceVector Leaving { get; private set; }

    /// <summary>Capacity set aside here, by start; null when there is none.</summary>
    public List<PlanSlot>? Plan { get; set; }

    /// <summary>Windows of reservations here; null when there are none.</summary>
    public NodeWindows? Windows { get; set; }

    /// <summary>What is free for one agent: its own windows stand in nobody's way but others'.</summary>
    public ResourceVector FreeFor(AgentEntry agent) => Windows is null ? Free : Measured is null ? OnDevices(FreeInSumFor(agent)) : OnDevices(FreeInSumFor(agent)) + Measured.Extra;

    /// <summary>What one agent may have of the node itself while nobody gives way.</summary>
    public ResourceVector OwnFor(AgentEntry agent) => Measured is null ? FreeFor(agent) : FreeFor(agent) - Measured.Extra;

    /// <summary>Where members of gangs may start, who never rest on room beyond the node's own: GPUs in sum over all devices.</summary>
    public ResourceVector GangRoomFor(AgentEntry agent) =>
        Measured is null ? FreeInSumFor(agent) : FreeInSumFor(agent) + ResourceVector.Min(Measured.Extra, Measured.Spare);

    /// <summary>What of the node itself may be promised to one agent.</summary>
    public ResourceVector FirmFor(AgentEntry agent) => Measured is null ? FreeFor(agent) : FreeFor(agent) - Measured.Extra + Measured.Spare;

    /// <summary>The same, of GPUs too in sum over all devices.</summary>
    public ResourceVector FreeInSumFor(AgentEntry agent) => Windows is null ? _freeInSum : _freeInSum + Windows.HeldFor(agent);

    /// <summary>What leases hold.</summary>
    public ResourceVector Used => Windows is null ? Capacity - _freeInSum - Lent : Capacity - _freeInSum - Lent - Windows.Held;

    /// <summary>The move by which it went to another part of the pool; 0 while it is here.</summary>
    public long Released { get; set; }

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

    /// <summary>The loan that this is, when it is no node of this pool but a part of another pool's. Its GPUs are not told apart: the lender tells its own.</summary>
    public Cohorts.SliceEntry? Slice
    {
        get => _slice;
        set
        {
            _slice = value;
            if (value is null || Devices is null) return;
            Devices = null;
            FreeInSum = _freeInSum;
        }
    }

    /// <summary>The machine's name: where leases here run.</summary>
    public string Host => Slice is null ? Spec.Name : Slice.Loan.Node.Name;

    public bool Counts => State is not (NodeState.Lost or NodeState.Down or NodeState.Declared);

    public void AddLease(TaskEntry task)
    {
        task.LeaseSlot = Leases.Count;
        Leases.Add(task);
        if (Devices is not null) task.Devices = Devices.Take(task.Item.Shape.VectorRef[DeviceSet.Lane], task.Item.Shape.VectorRef[DeviceMemory.Lane]);
        FreeInSum -= task.Item.Shape.Vector;
    }

    public void RemoveLease(TaskEntry task)
    {
        var last = Leases[^1];
        Leases[task.LeaseSlot] = last;
        last.LeaseSlot = task.LeaseSlot;
        Leases.RemoveAt(Leases.Count - 1);
        task.LeaseSlot = -1;
        Devices?.Release(task.Devices, task.Item.Shape.VectorRef[DeviceSet.Lane], task.Item.Shape.VectorRef[DeviceMemory.Lane]);
        task.Devices = DeviceShare.None;
        FreeInSum += task.Item.Shape.Vector;
    }

    /// <summary>A lease here is told to stop, for the first time (1), or that one has ended (-1).</summary>
    public void CountLeaving(in ResourceVector vector, int sign)
    {
        Ending += sign;
        Leaving = sign > 0 ? Leaving + vector : Leaving - vector;
    }

    /// <summary>Sets what it has; what leases hold stays held.</summary>
    public void Resize(in ResourceVector capacity, GpuDemand demand)
    {
        var gpu = capacity[DeviceSet.Lane];
        var memory = Spec.Labels?.GetValueOrDefault(LabelSet.Gpus) == LabelSet.Mixed ? 0 : capacity[DeviceMemory.Lane];
        if (_slice is not null || (!DeviceSet.Counts(gpu) && (gpu > 0 || Devices is null))) Devices = null;
        else if (Devices is { } devices) devices.Resize(gpu, memory);
        else
        {
            Devices = new DeviceSet(gpu, demand, memory);
            foreach (var task in Leases.OrderBy(l => l.Token)) task.Devices = Devices.Take(task.Item.Shape.VectorRef[DeviceSet.Lane], task.Item.Shape.VectorRef[DeviceMemory.Lane]);
        }
        FreeInSum += capacity - Capacity;
        Capacity = capacity;
    }

    /// <summary>Gives leases back the devices that a snapshot says they hold; those it does not name hold none.</summary>
    public void RestoreDevices(IReadOnlyDictionary<long, DeviceShare> shares)
    {
        if (Devices is not { } devices) return;
        devices.Clear();
        foreach (var task in Leases)
        {
            task.Devices = shares.GetValueOrDefault(task.Number);
            devices.Restore(task.Devices, task.Item.Shape.VectorRef[DeviceSet.Lane], task.Item.Shape.VectorRef[DeviceMemory.Lane]);
        }
        FreeInSum = _freeInSum;
    }

    /// <summary>Whether its GPUs, were they empty, have so much memory each as a request asks for.</summary>
    public bool DevicesCouldHold(in ResourceVector request) => Devices is null || Devices.Memory.CouldHold(request[DeviceSet.Lane], request[DeviceMemory.Lane]);

    /// <summary>Whether one of its GPUs has the memory that a share asks for as well as the room.</summary>
    public bool DevicesHold(in ResourceVector request) => Devices is null || Devices.Holds(request[DeviceSet.Lane], request[DeviceMemory.Lane]);

    private ResourceVector OnDevices(in ResourceVector sum) =>
        Devices is null ? sum : sum.With(DeviceSet.Lane, Math.Min(Devices.Placeable, sum[DeviceSet.Lane]));
}
