using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Reasons;
using Granary.Scheduling.Reservations;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Why a live task waits; null when it does not, or is not live.</summary>
    public WaitExplanation? Explain(long number, long now) =>
        _tasks.Find(number) is { State: TaskState.Queued } task ? Explain(task, now) : GetLeaving(number, now) is null ? null : OnItsWay;

    /// <summary>Each agent's next task is looked at by itself; what stands behind it in its queue waits for its turn.</summary>
    private Dictionary<WaitReason, int> CountReasons(long now)
    {
        var counts = new Dictionary<WaitReason, int>();
        Add(WaitReason.Dependency, _waitingForDependencies);
        Add(WaitReason.Backoff, _backoff.Count + _gangsHeld);
        foreach (var agent in _order.Agents)
        {
            if (agent.Ready == 0) continue;
            var head = ((ShapeQueue)agent.Order.First).Tasks.First;
            var reason = ReasonOf(head, now);
            var all = reason == WaitReason.NoNodes || (reason == WaitReason.Limit && !agent.Order.Min.FitsIn(agent.Headroom));
            Add(reason, all ? agent.Ready : 1);
            if (!all) Add(WaitReason.Share, agent.Ready - 1);
        }
        return counts;

        void Add(WaitReason reason, int count)
        {
            if (count > 0) counts[reason] = counts.GetValueOrDefault(reason) + count;
        }
    }

    private WaitReason ReasonOf(TaskEntry task, long now)
    {
        var (item, agent, shape) = (task.Item, task.Item.Agent, task.Item.Shape);
        if (item.Gang is { } gang) return ReasonOfGang(gang, now);
        if (task.HeapIndex < 0) return item.Pending > 0 ? WaitReason.Dependency : WaitReason.Backoff;
        if (_capacity.Ready.Count == 0) return WaitReason.NoNodes;
        if (IsTooLarge(shape)) return WaitReason.TooLarge;
        if (task.Claim is not null) return WaitReason.Preempting;
        if (!shape.VectorRef.FitsIn(agent.Headroom)) return WaitReason.Limit;
        if (task.HeapIndex > 0 || !ReferenceEquals(agent.Order.First, item.Queue)) return WaitReason.Share;
        var cursor = default(NodeIndex.Cursor);
        if (_capacity.Index.Next(shape.VectorRef, ref cursor) is not null) return ReasonWithRoom(task, now);
        if (HeldAgainst(task) is not null) return WaitReason.Reserved;
        if (FreeInSum(shape.VectorRef)) return WaitReason.Fragmented;
        return IsFirst(agent) ? WaitReason.Capacity : WaitReason.Share;
    }

    private WaitExplanation Explain(TaskEntry task, long now)
    {
        _refusals = 0;
        if (task.Item.Gang is { } gang) return ExplainGang(gang, task, now);
        var reason = ReasonOf(task, now);
        var (evidence, next) = reason switch
        {
            WaitReason.Dependency => ExplainDependency(task),
            WaitReason.Backoff => ($"attempt {task.Attempt} failed: {task.Reason}; the next begins in {Clock.Text(task.NotBefore - now)}", "wait, or cancel it"),
            WaitReason.NoNodes => ($"pool {_pool} has no node that is ready{ExplainLoans()}", "start a node: granary node --join HOST:PORT, or uncordon one"),
            WaitReason.TooLarge => (Describe(task.Item.Shape.VectorRef, null) + ExplainLoans(), "ask for less, or add a larger node"),
            WaitReason.Placement => ExplainPlacement(task, now),
            WaitReason.Better => ("a node has room, but one that is expected soon is predicted to finish it earlier", "wait, or set the pool's strategy to fair"),
            WaitReason.Limit => ExplainLimit(task),
            WaitReason.Preempting => ExplainPreempting(task, now),
            WaitReason.Reserved => ExplainReserved(task, now),
            WaitReason.Capacity or WaitReason.Fragmented => ExplainRoom(task, reason, now),
            _ => ExplainShare(task, now),
        };
        return new WaitExplanation(reason, evidence, next, task.HeapIndex < 0 ? 0 : QueuePosition.Of(task, _order));
    }

    private (string, string) ExplainDependency(TaskEntry task)
    {
        foreach (var number in task.Item.After)
            if (_tasks.Find(number) is { } other) return ($"waits for task {IdOf(number)} ({other.State})", "wait, or cancel it");
        foreach (var run in task.Item.AfterItems)
            for (var number = run.First; number < run.First + run.Count; number++)
                if (_tasks.Find(number) is { } other)
                    return ($"waits for {other.Item.Remaining} of {run.Count} tasks from {IdOf(run.First)}, one of them {IdOf(number)} ({other.State})", "wait, or cancel it");
        return ("what it waits for is ending", "wait");
    }

    private (string, string) ExplainReserved(TaskEntry task, long now)
    {
        var cursor = default(NodeIndex.Cursor);
        while (_capacity.Index.Next(task.Item.Shape.VectorRef, ref cursor) is { } node)
            if (node.Plan is { Count: > 0 } plan)
                return ($"room on node {node.Spec.Name} is set aside for task {IdOf(plan[0].Task.Number)} ({(plan[0].Guard ? "it waited too long" : "its deadline was accepted")})",
                    "wait, or state a shorter --duration, so that it fits before");
        if (HeldAgainst(task) is { } held)
            return ($"room is reserved for agent {held.Agent.Name} until {TimeText.Of(held.StartOf(Math.Min(held.WindowAt(now), held.Count - 1)) + held.Length)} ({_pool}/r{held.Number})",
                $"wait, or give the reservation up: granary unreserve {_pool}/r{held.Number}");
        return ("room is set aside for others", "wait");
    }

    private (string, string) ExplainRoom(TaskEntry task, WaitReason reason, long now)
    {
        var request = task.Item.Shape.Vector;
        var lane = Enumerable.Range(0, ResourceVector.Lanes).Where(l => request[l] > 0)
            .OrderByDescending(l => _capacity.Ready.Max(n => n.Free[l]) < request[l]).ThenBy(l => l).FirstOrDefault();
        var largest = _capacity.Ready.MaxBy(n => n.Free[lane])!;
        var name = _lanes.Name(lane);
        var free = Quantity.Format(name, Math.Max(0, largest.Free[lane]));
        var evidence = reason == WaitReason.Fragmented
            ? $"needs {_lanes.ToSet(request)} on one node; in sum {name}={Quantity.Format(name, FreeOf(lane))} is free, at most {name}={free} on one ({largest.Spec.Name})"
            : $"needs {_lanes.ToSet(request)}; largest free node {largest.Spec.Name} has {name}={free}";
        if (ExplainAway(request, now) is { } away) return away;
        var wait = EarliestRoom(task, now) is { } room ? $": about {Clock.Text(room.Start - now)}" : "";
        return (evidence + ExplainSpareRoom(task) + ExplainLoans(), $"wait{wait}, lower --{name}, or add a node");
    }

    /// <summary>No node holds it now, and one will: whoever it needs is away.</summary>
    private (string, string)? ExplainAway(ResourceVector request, long now)
    {
        if (_capacity.Ready.Any(n => request.FitsIn(n.Capacity))) return null;
        foreach (var node in _capacity.Ready)
        {
            if (node.Calendar is null || !request.FitsIn(node.Potential)) continue;
            foreach (var one in node.Spec.Traits!.Scheduled!)
            {
                if (one.Here || request[_lanes.LaneOf(one.Name)] == 0) continue;
                var back = one.Changes.Where(c => Clock.ToMicros(c) > now).Select(c => (DateTimeOffset?)c).FirstOrDefault();
                var when = back is { } at ? $"again from {TimeText.Of(Clock.ToMicros(at))}, in {Clock.Text(Clock.ToMicros(at) - now)}" : "not within two weeks";
                return ($"needs {_lanes.ToSet(request)}; {one.Name} of node {node.Spec.Name} is there {one.Calendar}, {when}", $"wait, or add a node that has {one.Name} now");
            }
        }
        return null;
    }

    private (string, string) ExplainShare(TaskEntry task, long now)
    {
        var agent = task.Item.Agent;
        if (task.HeapIndex > 0 || !ReferenceEquals(agent.Order.First, task.Item.Queue))
            return ($"others of agent {agent.Name} go first: {agent.Ready - 1} wait beside it", "wait, or raise its --priority");
        var share = _order.Rules.WeightedShare(agent, _order.Basis, now);
        return (FormattableString.Invariant($"next of agent {agent.Name} (class {agent.Spec.Class}, weighted share {share:0.###}); agents with a higher class or a smaller share go first"),
            $"wait, or raise its weight: granary agent set {agent.Name} --weight N");
    }

    private bool IsTooLarge(Shape shape)
    {
        if (shape.SizeEpoch == _capacity.NodeEpoch) return shape.TooLarge;
        shape.SizeEpoch = _capacity.NodeEpoch;
        return shape.TooLarge = _capacity.IsTooLarge(shape.VectorRef);
    }

    private bool IsFirst(AgentEntry agent)
    {
        OrderItem first = _order.Root.Children.First;
        while (first is GroupEntry group) first = group.Children.First;
        return ReferenceEquals(first, agent);
    }

    /// <summary>The nodes that take tasks have room for it together.</summary>
    private bool FreeInSum(in ResourceVector request)
    {
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (request[lane] > 0 && FreeOf(lane) < request[lane]) return false;
        return true;
    }

    private long FreeOf(int lane)
    {
        long free = 0;
        foreach (var node in _capacity.Ready) free += Math.Max(0, node.FreeInSum[lane]);
        return free;
    }
}
