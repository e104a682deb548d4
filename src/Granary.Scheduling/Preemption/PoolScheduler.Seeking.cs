using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>For one agent: its tasks in order, each by the rules that are on.</summary>
public sealed partial class PoolScheduler
{
    private readonly List<ShapeQueue> _seekingQueues = [];
    private readonly PriorityQueue<int, (long, long)> _frontier = new();
    private readonly List<TaskEntry> _stopping = [];
    private readonly VictimRule _reclaim = new ReclaimRule(straddling: false);
    private readonly VictimRule _reclaimLarge = new ReclaimRule(straddling: true);
    private readonly VictimRule _emergency = new EmergencyRule();
    private FairnessRule? _fairnessFinal;
    private FairnessRule? _fairnessInitial;
    private WithinQueueRule? _withinQueue;
    private int _unclaimedAt;

    private void PreemptFor(AgentEntry agent, PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        _seekingQueues.Clear();
        foreach (var item in agent.Order.Items) _seekingQueues.Add((ShapeQueue)item);
        _seekingQueues.Sort(static (a, b) => ReferenceEquals(a, b) ? 0 : OrderItem.Before(a, b) ? -1 : 1);
        foreach (var queue in _seekingQueues)
        {
            BeginUnclaimed(queue.Tasks);
            while (true)
            {
                if (!MaySeek()) return;
                // What follows one that finds nothing asks for the same with less right.
                if (NextUnclaimed(queue.Tasks) is not { } task || !SeekByRules(task, policy, now, events, effects)) break;
            }
        }
    }

    /// <summary>Begins with a queue's tasks in order that hold no claim and no promise of their own: as many as are taken are sorted.</summary>
    private void BeginUnclaimed(TaskHeap heap)
    {
        _unclaimedAt = -1;
        _frontier.Clear();
        if (heap.Count > 0) _frontier.Enqueue(0, heap.OrderAt(0));
    }

    private TaskEntry? NextUnclaimed(TaskHeap heap)
    {
        while (true)
        {
            if (_unclaimedAt >= 0)
                for (var child = 2 * _unclaimedAt + 1; child <= 2 * _unclaimedAt + 2 && child < heap.Count; child++)
                    _frontier.Enqueue(child, heap.OrderAt(child));
            if (!_frontier.TryDequeue(out _unclaimedAt, out _)) return null;
            if (heap[_unclaimedAt] is { Claim: null } task && task.Slot is null or { Guard: true }) return heap[_unclaimedAt];
        }
    }

    private bool SeekByRules(TaskEntry task, PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        if (SharesCount && policy.Reclaim && _order.AnyGuarantee
            && (Seek(task, policy, _reclaim, now, events, effects) || Seek(task, policy, _reclaimLarge, now, events, effects))) return true;
        if (SharesCount && (policy.Fairness & FairnessPreemption.AtOrBelowFinalShare) != 0
            && Seek(task, policy, _fairnessFinal ??= new FairnessRule(atOrBelowFinal: true, _order), now, events, effects)) return true;
        if (SharesCount && (policy.Fairness & FairnessPreemption.BelowInitialShare) != 0
            && Seek(task, policy, _fairnessInitial ??= new FairnessRule(atOrBelowFinal: false, _order), now, events, effects)) return true;
        return policy.WithinQueue && _spec.Strategy != PoolStrategy.Fifo
            && Seek(task, policy, _withinQueue ??= new WithinQueueRule(_order), now, events, effects);
    }

    /// <summary>Makes room for one task by one rule, if it can.</summary>
    private bool Seek(TaskEntry task, PreemptionPolicy policy, VictimRule rule, long now, EventBatch events, IPoolEffects effects)
    {
        var preemptor = new Preemptor(task, task.Item.Queue.Tasks.KeyOf(task), _order.Basis, now);
        if (!rule.MayAsk(preemptor)) return false;
        if (task.Item.Gang is not null) return SeekForGang(preemptor, policy, rule, now, events, effects);
        if (!rule.FreesOwnLimit && !FitsLimits(preemptor)) return false;
        _refusals = 0;
        if (FitsLimits(preemptor) && Choose(task, now) is not null) return false; // it has room without
        _seeksLeft--;
        _bestVictims.Clear();
        if (FindLeftOver(preemptor, now) && !rule.IsOwed) return false; // whoever comes first in order gets it
        if (!_bestVictims.Found && rule.IsOwed) FindSweepable(preemptor, now);
        if (!_bestVictims.Found) FindVictims(preemptor, policy, rule, now);
        if (!_bestVictims.Found) return false;
        AddSpareVictims(preemptor, now);
        Claim(task, rule, now, events, effects);
        return true;
    }

    /// <summary>Its agent's limit and those above hold it, beside what room is being made for already.</summary>
    private static bool FitsLimits(in Preemptor preemptor)
    {
        for (OrderNode? node = preemptor.Agent; node is not null; node = node.LimitedAbove)
            if (node.HasLimit && !preemptor.Request.FitsIn(node.OwnHeadroom - node.Claimed.Clamped())) return false;
        return true;
    }

    private void Claim(TaskEntry task, VictimRule rule, long now, EventBatch events, IPoolEffects effects)
    {
        _stopping.Clear();
        foreach (var victim in _bestVictims.Victims)
            if (victim.Item.Gang is null) _stopping.Add(victim);
            else _stopping.AddRange(AllOf(victim));
        var numbers = new long[_stopping.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = _stopping[i].Number;
        Emit(new PoolEvent(EventKind.RoomClaimed, now, task.Number, Value: (long)rule.Kind, Node: _bestVictims.Node!.Index, Detail: numbers), events, effects);
        var reason = ReasonFor(task, rule.Kind);
        foreach (var victim in _stopping)
            Emit(new PoolEvent(EventKind.StopIssued, now, victim.Number, victim.Token, (long)ExitCause.Preempted, Detail: reason), events, effects);
    }
}
