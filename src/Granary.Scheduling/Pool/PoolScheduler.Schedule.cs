using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>A search gives up after so many refusals by reservations: like a backfill's depth, it bounds one decision.</summary>
    private const int MostRefusals = 64;

    /// <summary>How many due reservations one call tries.</summary>
    private const int MostDue = 256;

    /// <summary>Up to so many queues whose shape fits a freed node are compared one by one at once.</summary>
    private const int FewCandidates = 64;

    /// <summary>Up to so many they are, when a walk of <see cref="ShortWalk"/> steps has not found one.</summary>
    private const int ManyCandidates = 4096;

    private const int ShortWalk = 48;

    /// <summary>So many agents are tried before a search goes another way.</summary>
    private const int FewAgents = 4;

    private readonly List<ShapeQueue> _refused = [];
    private int _visits;
    private int _refusals;
    private int _nextLevel;

    /// <summary>
    /// Places what fits, best first: what is due by a reservation, then what waits on nodes that were freed, then what has not been tried yet.
    /// </summary>
    /// <param name="maxDecisions">At most so many placements in this call.</param>
    /// <returns>When it wants to be called again, though nothing else happens: <paramref name="now"/> when there is more to do at once.</returns>
    public long Schedule(long now, EventBatch events, IPoolEffects effects, int maxDecisions)
    {
        if (_loans.Closing > 0) ReturnLoans(now, events, effects);
        _order.Refresh(now);
        SettleGangs(now, events, effects);
        AdaptWeights(now, events, effects);
        while (_backoff.TakeDue(now) is { } rested) EnterOrder(rested);
        AdvanceWindows(now, events, effects);
        PlanPromises(now);
        MissDeadlines(now, events, effects);
        var left = PlaceDue(now, events, effects, maxDecisions);
        left = PlaceHeld(now, events, effects, left);
        if (_conservative && (left = PlaceByPlan(now, events, effects, left)) < 0) return now;
        TryPatientAnew(now);
        if (_strict) TryEverythingAnew();
        while (left > 0 && _capacity.NextFreed() is { } node)
        {
            if (FindFor(node, now, out var task, out var target) || FindPartlyHeld(node, now, out task, out target))
            {
                Place(task, target, now, events, effects);
                left--;
            }
            else
                _capacity.Settled(node);
        }
        if (_capacity.Terms.Woken.Count > 0) TryWokenAnew();
        while (left > 0 && FindUntried(now, out var task, out var target))
        {
            Place(task, target, now, events, effects);
            left--;
            if (_capacity.Terms.Woken.Count > 0) TryWokenAnew();
        }
        if (left <= 0 || SettleGangs(now, events, effects)) return now;
        if (_pendingMoves.Count > 0) AdvanceMoves(now, events, effects);
        if (ReserveForStarving(now)) return now;
        var look = Preempt(now, events, effects);
        if (look <= now) return now;
        look = Math.Min(look, NextPatience());
        return Math.Min(look, Math.Min(Math.Min(Math.Min(_backoff.NextDue(), Math.Min(NextWindow(), NextDeadline())), _book.NextStart()), Math.Min(Math.Min(NextAging(), NextAdapt()), NextGuard())));
    }

    private long NextAging() => _order.Root.Children.Count == 0 ? long.MaxValue : _order.NextChange;

    private void Place(TaskEntry task, NodeEntry node, long now, EventBatch events, IPoolEffects effects)
    {
        if (task.Item.Gang is { } gang)
        {
            PlaceGang(gang, now, events, effects);
            return;
        }
        _placements.Add(task.Number, _lastToken + 1, node.Index, _scorer.Name, _choice);
        Emit(new PoolEvent(EventKind.Placed, now, task.Number, _lastToken + 1, Node: node.Index), events, effects);
    }

    private readonly PlacementLog _placements = new();
    private PlacementChoice _choice;

    /// <summary>Plans promises that have no node, when a node came, went or changed.</summary>
    private void PlanPromises(long now)
    {
        if (!_planStale) return;
        _planStale = false;
        if (_book.Homeless.Count > 0 && _capacity.Promisable.Count > 0) _admission.PlanHomeless(_capacity.Promisable, now);
    }

    /// <summary>Tasks whose reservation has begun, and promises for which there is none, before everything else.</summary>
    private int PlaceDue(long now, EventBatch events, IPoolEffects effects, int left)
    {
        if (_book.Advance(now))
        {
            _dueTried = -1;
            _changes++; // a promise may be in danger from now on
        }
        // What is due is tried again only after something was freed.
        if (_dueTried == _capacity.Epoch || _book.Due.Count + _book.Homeless.Count == 0 || _capacity.Ready.Count == 0) return left;
        var (at, failed) = (0, 0);
        while (at < _book.Due.Count && failed < MostDue && left > 0)
        {
            var slot = _book.Due[at];
            if (slot.Task.Claim is null && !IsLeaving(slot.Task) && !MayStart(slot.Task)) Release(slot, now);
            else if (slot.Task.Item.Gang is not null && slot.Task.HeapIndex < 0) at++; // its head stands for it
            else
            {
                var before = slot.Task.Item.Gang is null ? 0 : DueOf(slot.Task.Item, at);
                if (TryDue(slot, now, events, effects))
                {
                    left--;
                    at -= before;
                }
                else
                {
                    at++;
                    failed++;
                }
            }
        }
        for (var i = _book.Homeless.Count - 1; i >= Math.Max(0, _book.Homeless.Count - MostDue) && left > 0; i = Math.Min(i, _book.Homeless.Count) - 1)
            if (TryDue(_book.Homeless[i], now, events, effects)) left--;
        if (left > 0) _dueTried = _capacity.Epoch;
        return left;
    }

    private long _dueTried = -1;

    /// <summary>
    /// What cannot start though its time has come, because its agent is at its limit or what it waits for has not ended, would only keep others
    /// waiting: it gives up its room. A promise is tried first as soon as it can start; a guard is set again when it is passed over again.
    /// </summary>
    private void Release(PlanSlot slot, long now)
    {
        var node = slot.Node!;
        if (slot.Guard)
        {
            _book.Remove(slot.Task);
            _starving.Postpone(slot.Task.Item.Queue, now + GuardPause);
        }
        else
            Lift(slot);
        _capacity.MarkFreed(node);
    }

    private bool TryDue(PlanSlot slot, long now, EventBatch events, IPoolEffects effects)
    {
        var task = slot.Task;
        if (task.HeapIndex < 0 || !MayStart(task)) return false;
        var node = task.Item.Gang is null && slot.Node is { Indexed: true } own && slot.Vector.FitsIn(own.FreeFor(task.Item.Agent)) && (task.Item.Shape.Terms?.NeighboursAllow(own) ?? true)
            && MayBeOn(task, own) && _book.Allows(own, slot.Vector, task.Item.Estimate, now, slot, task.Item.Agent)
            ? own : task.Item.Gang is { } gang && InItsSlots(gang, now) ? slot.Node : Choose(task, now);
        if (node is null)
        {
            if (_spareLeases > 0) SweepFor(slot, now, events, effects);
            return false;
        }
        Place(task, node, now, events, effects);
        return true;
    }

    /// <summary>
    /// The best node that holds the task and has no reservation in its way: the tightest, unless scores or its terms say otherwise; of a gang, the
    /// first of the nodes that hold its members.
    /// </summary>
    private NodeEntry? Choose(TaskEntry task, long now, bool mayWait = false)
    {
        if (task.Item.Gang is { } gang) return ChooseForGang(gang, now);
        if (HeldRoom(task, wholly: false, now) is { } held) return held;
        if (!IsPlain(task.Item.Shape)) return ChooseByScore(task, now, mayWait);
        var cursor = default(NodeIndex.Cursor);
        ref readonly var request = ref task.Item.Shape.VectorRef;
        while (_capacity.Index.Next(request, ref cursor) is { } node)
        {
            if (!MayBeOn(task, node)) continue;
            if (_book.Allows(node, request, task.Item.Estimate, now, task.Slot, task.Item.Agent)) return node;
            if (++_refusals >= MostRefusals) return null;
        }
        return null;
    }

    /// <summary>The first task in order that a freed node has room for.</summary>
    private bool FindFor(NodeEntry node, long now, out TaskEntry task, out NodeEntry target)
    {
        var open = _book.Open(node);
        var shapes = _order.Waiting.Find(open, node, _capacity, out var queues);
        (task, target) = (null!, null!);
        if (shapes == 0) return false;
        // Few queues are compared one by one, and so are some thousand agents. A walk finds the first in order when much fits, whatever their number.
        if (queues > FewCandidates && _order.Agents.Count <= ManyCandidates && FindByAgents(new Probe(open, shapes, ActiveOnly: false), node, now, out task, out target)) return true;
        _visits = queues <= FewCandidates ? 0 : queues <= ManyCandidates ? ShortWalk : int.MaxValue;
        if (_visits > 0 && Search(new Probe(open, shapes, ActiveOnly: false), node, now, out task, out target)) return true;
        return _visits <= 0 && FindAmongFitting(node, now, out task, out target);
    }

    /// <summary>The first agents in order that have waiting what fits the freed node: the first of them nearly always has what may start there.</summary>
    private bool FindByAgents(in Probe probe, NodeEntry node, long now, out TaskEntry task, out NodeEntry target)
    {
        _refusals = 0;
        _visits = int.MaxValue;
        AgentEntry? agent = null;
        for (var tries = FewAgents; tries > 0 && (agent = _order.FirstWith(probe.Shapes, after: agent)) is not null; tries--)
            if (FindFor(agent, probe, node, now, out task, out target)) return true;
        (task, target) = (null!, null!);
        return false;
    }

    /// <summary>The first in order of the queues whose shape fits the freed node.</summary>
    private bool FindAmongFitting(NodeEntry node, long now, out TaskEntry task, out NodeEntry target)
    {
        _refusals = 0;
        _refused.Clear();
        while (_refusals < MostRefusals)
        {
            var best = _order.FirstOf(_order.Waiting.Fitting, _refused);
            if (best is null) break;
            if (Fits(best, node, now, out task, out target)) return true;
            _refused.Add(best);
        }
        (task, target) = (null!, null!);
        return false;
    }

    /// <summary>Whether a queue's first task may start, on the freed node or, when it is not known to fail elsewhere, where it fits tightest.</summary>
    private bool Fits(ShapeQueue queue, NodeEntry node, long now, out TaskEntry task, out NodeEntry target)
    {
        task = queue.Tasks.First;
        target = null!;
        if (!queue.Shape.WholeRef.FitsIn(queue.Agent.Headroom)) return false;
        if (task.Item.Gang is { } gang && !queue.Active) target = ChooseForGang(gang, node, now)!;
        else if (queue.Active) target = Choose(task, now, mayWait: true)!;
        else if (!IsPlain(queue.Shape)) target = ChooseFreed(task, node, now)!;
        else if (MayBeOn(task, node) && _book.Allows(node, queue.Shape.VectorRef, task.Item.Estimate, now, task.Slot, task.Item.Agent)) target = node;
        if (target is not null) return true;
        _refusals++;
        return false;
    }

    /// <summary>The first task in order that has not been tried on every node and fits on one.</summary>
    private bool FindUntried(long now, out TaskEntry task, out NodeEntry target)
    {
        _visits = int.MaxValue;
        return Search(new Probe(ResourceVector.Infinite, ulong.MaxValue, ActiveOnly: true), null, now, out task, out target);
    }

    /// <summary>Walks the tree in order, one class level after another, so that a group cannot bring a lower class before a higher.</summary>
    private bool Search(in Probe probe, NodeEntry? node, long now, out TaskEntry task, out NodeEntry target)
    {
        _refusals = 0;
        var level = _order.HasGroups && _order.Root.Children.Count > 0 ? _order.Root.Children.First.Key.Level : int.MinValue;
        while (true)
        {
            _nextLevel = int.MinValue;
            if (Walk(_order.Root, level, probe, node, now, out task, out target)) return true;
            if (_nextLevel == int.MinValue || _refusals >= MostRefusals || _visits <= 0) return false;
            level = _nextLevel;
        }
    }

    private bool Walk(GroupEntry group, int level, in Probe probe, NodeEntry? node, long now, out TaskEntry task, out NodeEntry target)
    {
        var children = group.Children;
        var whole = true;
        children.Begin(probe);
        while (whole && children.Next(probe) is { } item)
        {
            _visits--;
            if (item.Key.Level < level)
            {
                _nextLevel = Math.Max(_nextLevel, item.Key.Level);
                whole = false;
                break;
            }
            if (item is GroupEntry below ? Walk(below, level, ProbeOf(below, probe, node), node, now, out task, out target)
                : node is null ? FindUntried((AgentEntry)item, !probe.ActiveOnly, now, out task, out target)
                : FindFor((AgentEntry)item, probe, node, now, out task, out target))
                return true;
            whole = _refusals < MostRefusals && _visits > 0 && (item is not GroupEntry || _whole);
        }
        if (whole && node is null && group.Recheck) _order.Checked(group);
        _whole = whole;
        (task, target) = (null!, null!);
        return false;
    }

    /// <summary>The last walk came to the end of its group.</summary>
    private bool _whole;

    /// <summary>What to look for in a group: nothing that its limit does not hold, and everything again when that has more room than before.</summary>
    private static Probe ProbeOf(GroupEntry group, in Probe probe, NodeEntry? node) => !group.HasLimit ? probe
        : new Probe(ResourceVector.Min(probe.Ceiling, group.OwnHeadroom), probe.Shapes, probe.ActiveOnly && !(node is null && group.Recheck));

    /// <summary>The first of an agent's tasks that the freed node has room for.</summary>
    private bool FindFor(AgentEntry agent, in Probe probe, NodeEntry node, long now, out TaskEntry task, out NodeEntry target)
    {
        var own = agent.IsLimited ? new Probe(ResourceVector.Min(probe.Ceiling, agent.Headroom), probe.Shapes, false) : probe;
        agent.Order.Begin(own);
        while (_refusals < MostRefusals && _visits > 0 && agent.Order.Next(own) is ShapeQueue queue)
        {
            _visits--;
            if (queue.Shape.VectorRef.FitsIn(own.Ceiling) && Fits(queue, node, now, out task, out target)) return true;
        }
        (task, target) = (null!, null!);
        return false;
    }

    /// <summary>The first of an agent's untried tasks that fits on a node. Those that fit nowhere are tried no more until something is freed.</summary>
    private bool FindUntried(AgentEntry agent, bool recheck, long now, out TaskEntry task, out NodeEntry target)
    {
        recheck |= agent.Recheck;
        var probe = new Probe(agent.Headroom, ulong.MaxValue, !recheck);
        var tried = false;
        agent.Order.Begin(probe);
        while (_refusals < MostRefusals && agent.Order.Next(probe) is ShapeQueue queue)
        {
            if (!(queue.Active || recheck) || !queue.Shape.WholeRef.FitsIn(agent.Headroom)) continue;
            if (queue.Shape.BlockedEpoch != _capacity.Epoch)
            {
                task = queue.Tasks.First;
                if (Choose(task, now, mayWait: true) is { } node)
                {
                    target = node;
                    return true;
                }
                if (!Overcommit.IsOn || !MustBeFirm(task)) queue.Shape.BlockedEpoch = _capacity.Epoch; // the same of another agent may rest where this may not
            }
            queue.Active = false;
            _starving.Watch(queue, now);
            if (NextGuard() <= now) ReserveForStarving(now); // before anything behind it takes the room
            agent.Order.UpdateBounds(queue);
            tried = true;
        }
        if (_refusals < MostRefusals && agent.Recheck)
        {
            agent.Recheck = false;
            tried = true;
        }
        if (tried) _order.Settle(agent);
        (task, target) = (null!, null!);
        return false;
    }
}
