using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Reasons;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What a gang must satisfy at submission, and why one waits.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>A gang has at most so many members.</summary>
    private const int MostGangMembers = 1024;

    /// <summary>What a task of this spec asks for: the default where it names nothing, and whole cores where it wants them.</summary>
    private ResourceSet RequestOf(TaskSpec spec)
    {
        var request = spec.Resources.IsZero ? _options.DefaultRequest : spec.Resources;
        return spec.Terms is { WholeCores: true } && request.CpuMilli % 1000 != 0 ? request with { CpuMilli = (request.CpuMilli / 1000 + 1) * 1000 } : request;
    }

    /// <exception cref="GranaryException">Invalid or Refused, naming the item.</exception>
    private void CheckGang(SubmitItem item, in ResourceVector request, AgentEntry? agent, int i, bool sizes)
    {
        if (item.Spec.Terms is not { Gang: true } || item.Count == 1) return;
        if (item.Count > MostGangMembers) throw GranaryException.Invalid($"item {i}: a gang of {item.Count} is too large; use up to {MostGangMembers} members");
        var whole = Times(request, item.Count);
        if (sizes && RoomWhenEmpty(request, item.Count) is var room && room < item.Count)
            throw GranaryException.Refused($"item {i}: infeasible: a gang of {item.Count}, each {_lanes.ToSet(request)}, starts together, and pool {_pool} holds {room} of them even when empty; use fewer members, ask for less or add nodes");
        if (agent is { IsLimited: true }) CheckLimits(agent, whole, i, $"a gang of {item.Count} needs {_lanes.ToSet(whole)} at once", "use fewer members");
    }

    /// <summary>A gang's deadline is promised to all its members, or refused to all.</summary>
    private void AdmitGang(GangEntry gang, IReadOnlyList<NodeEntry> ready, long now, EventBatch events, IPoolEffects effects, List<Rejection> rejected)
    {
        var item = gang.Item;
        if (_admission.TryPromise([.. MembersOf(gang).Select(m => m.Slot!)], ready, now, out var earliest)) return;
        var reason = $"deadline {Clock.Text(item.Deadline - now)} cannot be kept by a gang of {item.Count}: "
            + (earliest == 0 ? "the ready nodes do not hold all its members at once" : $"earliest finish in {Clock.TextUp(earliest - now)}");
        for (var number = item.First; number < item.First + item.Count; number++)
            rejected.Add(new Rejection(number, reason, earliest == 0 ? null : Clock.ToTime(earliest)));
        Emit(new PoolEvent(EventKind.Rejected, now, item.First, Value: earliest, Count: item.Count, Detail: reason), events, effects);
    }

    private int RoomWhenEmpty(in ResourceVector request, int most)
    {
        var room = 0;
        foreach (var node in _capacity.Nodes)
            if (node.State is not (NodeState.Lost or NodeState.Down) && room < most) room += Fits(request, node.Capacity, most - room);
        return room;
    }

    private WaitReason ReasonOfGang(GangEntry gang, long now)
    {
        var (item, agent, shape) = (gang.Item, gang.Item.Agent, gang.Item.Shape);
        if (item.Pending > 0) return WaitReason.Dependency;
        if (!gang.InOrder) return WaitReason.Backoff;
        if (_capacity.Ready.Count == 0) return WaitReason.NoNodes;
        if (RoomWhenEmpty(shape.VectorRef, gang.Waiting) < gang.Waiting) return WaitReason.TooLarge;
        if (gang.Head!.Claim is not null) return WaitReason.Preempting;
        if (!shape.WholeRef.FitsIn(agent.Headroom)) return WaitReason.Limit;
        if (gang.Head!.HeapIndex > 0 || !ReferenceEquals(agent.Order.First, item.Queue)) return WaitReason.Share;
        if (RoomNow(gang) >= gang.Waiting) return ChooseForGang(gang, now) is null ? WaitReason.Reserved : WaitReason.Share;
        if (FreeInSum(Times(shape.VectorRef, gang.Waiting))) return WaitReason.Fragmented;
        return IsFirst(agent) ? WaitReason.Capacity : WaitReason.Share;
    }

    private WaitExplanation ExplainGang(GangEntry gang, TaskEntry task, long now)
    {
        var reason = ReasonOfGang(gang, now);
        var position = gang.InOrder ? QueuePosition.Of(gang.Head!, _order) : 0;
        var (evidence, next) = reason switch
        {
            WaitReason.Dependency => ExplainDependency(task),
            WaitReason.Backoff when gang.Head is { } head => ($"its gang failed: {head.Reason}; it starts again in {Clock.Text(head.NotBefore - now)}", "wait, or cancel it"),
            WaitReason.Backoff => ($"waits for {gang.Item.Live - gang.Waiting} of the {gang.Item.Live} members of its gang to end; all start again together", "wait"),
            WaitReason.NoNodes => ($"pool {_pool} has no node that is ready", "start a node: granary node --join HOST:PORT, or uncordon one"),
            WaitReason.TooLarge => ($"{Need(gang)}; the pool's nodes hold {RoomWhenEmpty(task.Item.Shape.VectorRef, gang.Waiting)} even when empty", "use fewer members, or add nodes"),
            WaitReason.Limit => ($"agent {task.Item.Agent.Name} holds {_lanes.ToSet(task.Item.Agent.Used)} of its limit {task.Item.Agent.Spec.Limit}; the gang needs {_lanes.ToSet(task.Item.Shape.WholeRef)} at once",
                $"raise the limit: granary agent set {task.Item.Agent.Name} --limit ..., or wait for its running tasks"),
            WaitReason.Preempting => ExplainPreempting(gang, now),
            WaitReason.Share => ExplainShare(gang.Head!, now),
            WaitReason.Reserved => ($"{Need(gang)}; there is room, but it is set aside for others", "wait, or state a shorter --duration, so that it fits before"),
            _ => ($"{Need(gang)}; there is room for {RoomNow(gang)} now", $"wait{(SlotOf(gang) is { } slot ? $": room is set aside for it in {Clock.Text(Math.Max(0, slot.Start - now))}" : "")}, use fewer members, or add nodes"),
        };
        return new WaitExplanation(reason, evidence, next, position);
    }

    private string Need(GangEntry gang) => $"a gang: {gang.Waiting} members start together, each {_lanes.ToSet(gang.Item.Shape.VectorRef)}";

    private int RoomNow(GangEntry gang)
    {
        var room = 0;
        foreach (var node in _capacity.Ready)
            if (room < gang.Waiting) room += RoomOn(node, gang.Item.Shape.VectorRef, gang.Waiting - room, gang.Item.Agent);
        return room;
    }
}
