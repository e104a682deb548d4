using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

/// <summary>
/// Capacity set aside on nodes: one slot for each waiting task with an accepted deadline, as late as it may be, and for tasks that were passed
/// over too long, as early as it can be. Nothing else may start where it would be in the way of a slot, so a promise holds whatever arrives later.
/// </summary>
/// <remarks>Slots are derived: they are not in the journal, and after a restart they are planned anew.</remarks>
internal sealed partial class ReservationBook
{
    private readonly PriorityQueue<PlanSlot, (long, long)> _starts = new();
    private readonly List<PlanSlot> _due = [];
    private readonly List<PlanSlot> _homeless = [];
    private readonly List<PlanSlot> _promises = [];
    private readonly NodeProfile _profile = new();

    /// <summary>Slots for promises, with and without a node.</summary>
    public IReadOnlyList<PlanSlot> Promises => _promises;

    /// <summary>Promises for which no node has been found.</summary>
    public IReadOnlyList<PlanSlot> Homeless => _homeless;

    public int Guards { get; private set; }

    /// <summary>Slots on nodes whose start has come, earliest deadline first, then what guards against starvation.</summary>
    public IReadOnlyList<PlanSlot> Due => _due;

    public NodeProfile Profile => _profile;

    /// <summary>A slot for a task that has none; it has no node yet.</summary>
    public PlanSlot Add(TaskEntry task, bool guard)
    {
        var slot = new PlanSlot(task, guard);
        task.Slot = slot;
        if (guard) Guards++;
        else
        {
            slot.PromiseIndex = _promises.Count;
            _promises.Add(slot);
            AddHomeless(slot);
        }
        return slot;
    }

    /// <summary>Takes a task's slot away; returns the node that it leaves, if any.</summary>
    public NodeEntry? Remove(TaskEntry task)
    {
        if (task.Slot is not { } slot) return null;
        task.Slot = null;
        var node = slot.Node;
        if (node is not null) TakeOff(slot);
        else if (!slot.Guard) RemoveHomeless(slot);
        if (slot.Guard) Guards--;
        else
        {
            var last = _promises[^1];
            _promises[slot.PromiseIndex] = last;
            last.PromiseIndex = slot.PromiseIndex;
            _promises.RemoveAt(_promises.Count - 1);
        }
        return node;
    }

    /// <summary>Sets the slot on a node.</summary>
    public void Put(PlanSlot slot, NodeEntry node, long start, long end)
    {
        if (slot.Node is not null) TakeOff(slot);
        else if (!slot.Guard) RemoveHomeless(slot);
        slot.Node = node;
        slot.Start = start;
        slot.End = end;
        var plan = node.Plan ??= [];
        var at = plan.Count;
        while (at > 0 && plan[at - 1].Start > start) at--;
        plan.Insert(at, slot);
        _starts.Enqueue(slot, (start, slot.Task.Number));
    }

    /// <summary>Takes the slot off its node, so that it has none.</summary>
    public void Lift(PlanSlot slot)
    {
        if (slot.Node is null) return;
        TakeOff(slot);
        if (!slot.Guard) AddHomeless(slot);
    }

    /// <summary>Marks the slots due whose start has come. Returns true when there was one.</summary>
    public bool Advance(long now)
    {
        var any = false;
        while (_starts.TryPeek(out var slot, out var start) && (start.Item1 <= now || !Holds(slot, start.Item1)))
        {
            _starts.Dequeue();
            if (!Holds(slot, start.Item1)) continue;
            slot.Due = true;
            var at = _due.Count;
            while (at > 0 && IsBefore(slot, _due[at - 1])) at--;
            _due.Insert(at, slot);
            any = true;
        }
        return any;
    }

    /// <summary>When the next slot's start comes; <see cref="long.MaxValue"/> for never.</summary>
    public long NextStart()
    {
        while (_starts.TryPeek(out var slot, out var start))
        {
            if (Holds(slot, start.Item1)) return start.Item1;
            _starts.Dequeue();
        }
        return long.MaxValue;
    }

    /// <summary>True when a task that needs <paramref name="request"/> for <paramref name="span"/> from now on is in no slot's way.</summary>
    public bool Allows(NodeEntry node, in ResourceVector request, long span, long now, PlanSlot? own, AgentEntry agent)
    {
        if (node.Measured is not null && !request.FitsIn(node.FirmFor(agent))) return AllowsSpare(node, request, span, now, own, agent);
        if (node.Windows is not null) return AllowsBeside(node, request, span, now, own, agent);
        if (node.Plan is not { Count: > 0 } plan) return true;
        var end = now + span;
        var needed = request;
        var neededNow = request;
        foreach (var slot in plan)
        {
            if (slot.Start >= end) break;
            if (Yields(slot, own)) continue;
            needed += slot.Vector;
            if (slot.Start <= now) neededNow = needed;
        }
        if (needed.FitsIn(node.Firm)) return true;
        if (!neededNow.FitsIn(node.Firm)) return false; // what others are waiting for there already leaves too little
        _profile.Build(node, now, own, agent);
        return _profile.FitsNow(request, span);
    }

    /// <summary>As <see cref="Allows"/>, on a node that has windows.</summary>
    private bool AllowsBeside(NodeEntry node, in ResourceVector request, long span, long now, PlanSlot? own, AgentEntry agent)
    {
        var end = now + span;
        var needed = request;
        if (node.Plan is { } plan)
            foreach (var slot in plan)
                if (slot.Start < end && !Yields(slot, own)) needed += slot.Vector;
        needed += node.Windows!.Ahead(agent, now, end);
        if (needed.FitsIn(node.FirmFor(agent))) return true;
        _profile.Build(node, now, own, agent, end);
        return _profile.FitsNow(request, span);
    }

    /// <summary>A quick answer, for certain when true: room for the request in [<paramref name="start"/>, + <paramref name="span"/>) though no lease ends.</summary>
    public bool Roomy(NodeEntry node, in ResourceVector request, long start, long span, long now)
    {
        if (node.Windows is not null || node.Calendar is not null) return false; // the profile knows
        var needed = request;
        if (node.Plan is { } plan)
            foreach (var slot in plan)
            {
                if (slot.Start >= start + span) break;
                if (slot.End > start || slot.Start <= now) needed += slot.Vector;
            }
        return needed.FitsIn(node.Firm);
    }

    /// <summary>A lease that would rest on room beyond the node's own leaves what is set aside during its run alone, though it would give way to it.</summary>
    private static bool AllowsSpare(NodeEntry node, in ResourceVector request, long span, long now, PlanSlot? own, AgentEntry agent)
    {
        var end = now + span;
        var needed = request;
        if (node.Plan is { } plan)
            foreach (var slot in plan)
                if (slot.Start < end && !Yields(slot, own)) needed += slot.Vector;
        if (node.Windows is { } windows) needed += windows.Ahead(agent, now, end);
        return needed.FitsIn(node.FreeFor(agent));
    }

    /// <summary>What is free on a node beside the slots whose start has come.</summary>
    public ResourceVector Open(NodeEntry node)
    {
        var free = node.Free;
        if (_due.Count == 0 || node.Plan is not { } plan) return free;
        foreach (var slot in plan)
        {
            if (!slot.Due) break;
            free -= slot.Vector;
        }
        return free;
    }

    /// <summary>
    /// True when <paramref name="slot"/> does not stand in the way of <paramref name="own"/>: it is the same, or <paramref name="own"/> is due and
    /// comes first. Without this, slots that became due together because something ended late would wait for each other for ever.
    /// </summary>
    public static bool Yields(PlanSlot slot, PlanSlot? own) =>
        ReferenceEquals(slot, own) || (own is { Due: true } && IsBefore(own, slot) && (own.Task.Claim is null || slot.Task.Claim is null)) // room made for one is no room for another
        || (own is not null && own.Task.Item.Gang is not null && ReferenceEquals(own.Task.Item, slot.Task.Item));

    private static bool IsBefore(PlanSlot a, PlanSlot b)
    {
        if (a.Guard != b.Guard) return b.Guard;
        var (x, y) = a.Guard ? (a.Start, b.Start) : (a.Task.Item.Deadline, b.Task.Item.Deadline);
        return x < y || (x == y && a.Task.Number < b.Task.Number);
    }

    private static bool Holds(PlanSlot slot, long start) => slot.Node is not null && slot.Start == start && !slot.Due;

    private void TakeOff(PlanSlot slot)
    {
        slot.Node!.Plan!.Remove(slot);
        slot.Early = false;
        slot.Node = null; // what is left of it in the queue of starts does not hold any more
        if (!slot.Due) return;
        slot.Due = false;
        _due.Remove(slot);
    }

    private void AddHomeless(PlanSlot slot)
    {
        slot.HomelessIndex = _homeless.Count;
        _homeless.Add(slot);
    }

    private void RemoveHomeless(PlanSlot slot)
    {
        var last = _homeless[^1];
        _homeless[slot.HomelessIndex] = last;
        last.HomelessIndex = slot.HomelessIndex;
        _homeless.RemoveAt(_homeless.Count - 1);
    }
}
