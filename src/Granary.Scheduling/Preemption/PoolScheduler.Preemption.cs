using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Who is stopped for whom. Looked at after everything that fits was placed, when something has happened since the last look, and at most
/// every <see cref="LookPause"/>; each look is bounded by the constants here, not by the queue.
/// </summary>
public sealed partial class PoolScheduler
{
    /// <summary>For how many tasks one look seeks victims.</summary>
    private const int MostSeekers = 32;

    /// <summary>How many tasks room is made for at once.</summary>
    private const int MostClaims = 64;

    /// <summary>On how many nodes victims are sought for one task.</summary>
    private const int MostVictimNodes = 32;

    /// <summary>How many leases are looked at to find those nodes, and on one node.</summary>
    private const int MostLeasesLookedAt = 512;

    /// <summary>Between two looks; twice as long after each that was in vain.</summary>
    private const long LookPause = Clock.Second / 20;

    private const long LongestLookPause = Clock.Second;

    /// <summary>A promise is in danger when its task must start within this, the usual grace of those who would be stopped.</summary>
    private const long DangerLead = 5 * Clock.Second;

    private static readonly PreemptionPolicy DefaultPreemption = new();

    private readonly VictimSearch _victimSearch = new();
    private readonly VictimSet _bestVictims = new();
    private readonly VictimSet _nodeVictims = new();
    private readonly List<Candidate> _candidateVictims = [];
    private readonly List<NodeEntry> _victimNodes = [];
    private readonly List<AgentEntry> _seekers = [];
    private readonly List<AgentEntry> _losers = [];
    private readonly List<TaskEntry> _unclaimed = [];
    private readonly PriorityQueue<int, (long, long)> _frontier = new();
    private readonly VictimRule _reclaim = new ReclaimRule(straddling: false);
    private readonly VictimRule _reclaimLarge = new ReclaimRule(straddling: true);
    private readonly VictimRule _emergency = new EmergencyRule();
    private long _changes;
    private long _lookedAtChange = -1;
    private long _nextLook;
    private long _lookPause = LookPause;
    private long _lookAgain = long.MaxValue;
    private long _protectedUntil;
    private int _seeksLeft;
    private int _seekersDone; // of those that the last look began with, when it did not come to the end and nothing has happened since
    private int _lowestPriority = int.MaxValue;
    private int _highestPriority = int.MinValue;

    private PreemptionPolicy Preemption => _spec.Policy?.Preemption ?? DefaultPreemption;

    /// <summary>Guarantees and shares decide the order, so that they may decide over leases too.</summary>
    private bool SharesCount => _spec.Strategy is not (PoolStrategy.Fifo or PoolStrategy.Priority);

    /// <summary>Makes room for tasks that are entitled to it, by telling others to stop.</summary>
    /// <returns>When it wants to look again though nothing else happens.</returns>
    private long Preempt(long now, EventBatch events, IPoolEffects effects)
    {
        if (_claims.Count > 0) GiveUpClaims(now, events, effects);
        var policy = Preemption;
        if (!policy.Enabled || _placed + _running == 0 || _order.Root.Children.Count + _book.Promises.Count == 0 || !AnyoneMayPreempt(policy)) return long.MaxValue;
        if (_changes == _lookedAtChange && now < _lookAgain) return _lookAgain;
        if (now < _nextLook) return _nextLook;
        _nextLook = now + _lookPause;
        var claims = _claims.Count;
        if (_changes != _lookedAtChange) _seekersDone = 0;
        _lookAgain = _protectedUntil = long.MaxValue;
        _seeksLeft = MostSeekers;
        if (policy.Emergency) PreemptForPromises(policy, now, events, effects);
        PreemptForAgents(policy, now, events, effects);
        if (_seeksLeft > 0) _seekersDone = 0;
        else _lookAgain = _nextLook; // the rest in the next look
        _lookedAtChange = _changes;
        _lookPause = _claims.Count > claims ? LookPause : Math.Min(2 * _lookPause, LongestLookPause);
        _lookAgain = Math.Min(_lookAgain, _protectedUntil);
        return _lookAgain;
    }

    private bool AnyoneMayPreempt(PreemptionPolicy policy) =>
        (policy.Emergency && _book.Promises.Count > 0)
        || (policy.WithinQueue && _lowestPriority < _highestPriority && _spec.Strategy != PoolStrategy.Fifo)
        || (SharesCount && ((policy.Reclaim && _order.AnyGuarantee) || policy.Fairness != FairnessPreemption.None));

    /// <summary>Promises whose start has come, or that have no node, as soon as waiting longer would break them.</summary>
    private void PreemptForPromises(PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        _unclaimed.Clear();
        for (int i = 0, looked = 0; i < _book.Due.Count && looked < MostSeekers; i++) looked += AddEndangered(_book.Due[i], now);
        for (int i = 0, looked = 0; i < _book.Homeless.Count && looked < MostSeekers; i++) looked += AddEndangered(_book.Homeless[i], now);
        _unclaimed.Sort(static (a, b) => a.Item.Deadline != b.Item.Deadline ? a.Item.Deadline.CompareTo(b.Item.Deadline) : a.Number.CompareTo(b.Number));
        foreach (var task in _unclaimed)
        {
            if (!MaySeek()) return;
            Seek(task, policy, _emergency, now, events, effects);
        }
    }

    /// <returns>How many it counts for: of a gang only the head, which asks for all.</returns>
    private int AddEndangered(PlanSlot slot, long now)
    {
        var task = slot.Task;
        if (task is { HeapIndex: < 0, Item.Gang: not null }) return 0;
        if (slot.Guard || task.Claim is not null || task.HeapIndex < 0) return 1;
        var latest = task.Item.Deadline - task.Item.Estimate;
        if (now > latest) return 1; // it will be late whatever is done
        var danger = latest - Math.Max(DangerLead, (long)(task.Item.Estimate * _options.DeadlineSlack / 2));
        if (danger <= now) _unclaimed.Add(task);
        else _lookAgain = Math.Min(_lookAgain, danger);
        return 1;
    }

    /// <summary>Agents in the order in which they would be served.</summary>
    private void PreemptForAgents(PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        if (_seeksLeft <= 0) return;
        _seekers.Clear();
        var patience = Clock.ToMicros(policy.Patience);
        foreach (var agent in _order.Agents)
        {
            if (agent.Ready == 0 || !MayGain(agent, policy)) continue;
            var from = Math.Max(agent.WaitingSince + patience, agent.SeekAt);
            if (from <= now) _seekers.Add(agent);
            else _lookAgain = Math.Min(_lookAgain, from);
        }
        if (_seekers.Count == 0) return;
        _seekers.Sort((a, b) => ReferenceEquals(a, b) ? 0 : _order.IsBefore(a, b) ? -1 : 1);
        for (; _seekersDone < _seekers.Count && MaySeek(); _seekersDone++)
        {
            var agent = _seekers[_seekersDone];
            var claims = _claims.Count;
            PreemptFor(agent, policy, now, events, effects);
            Rest(agent, inVain: _claims.Count == claims, policy, now);
        }
    }

    /// <summary>
    /// An agent that sought in vain rests before it seeks again, twice as long each time; one that is owed a guarantee at most two seconds. So a
    /// pool in which nothing can be gained does not pay for looking. A better task of its own, or the end of one, ends the rest.
    /// </summary>
    private void Rest(AgentEntry agent, bool inVain, PreemptionPolicy policy, long now)
    {
        var most = IsOwed(agent, policy) ? 2 * Clock.Second : 30 * Clock.Second;
        agent.SeekPause = inVain ? Math.Clamp(2 * agent.SeekPause, LookPause, most) : 0;
        agent.SeekAt = inVain ? now + agent.SeekPause : 0;
    }

    private void EndRest(AgentEntry agent)
    {
        agent.SeekAt = agent.SeekPause = 0;
        _lookPause = LookPause;
        _nextLook = Math.Min(_nextLook, _order.Now + LookPause);
    }

    private bool MaySeek() => _seeksLeft > 0 && _claims.Count < MostClaims;

    /// <summary>A quick test, for certain when false.</summary>
    private bool MayGain(AgentEntry agent, PreemptionPolicy policy)
    {
        if (policy.Fairness != FairnessPreemption.None && SharesCount) return true;
        return IsOwed(agent, policy) || (policy.WithinQueue && _spec.Strategy != PoolStrategy.Fifo && agent.Leases.Count > 0 && agent.LowestHeldPriority < _highestPriority);
    }

    /// <summary>Its guarantee, or one above it, is not met.</summary>
    private bool IsOwed(AgentEntry agent, PreemptionPolicy policy)
    {
        if (!policy.Reclaim || !SharesCount || !_order.AnyGuarantee) return false;
        for (OrderNode? owner = agent; owner is not null; owner = owner.Parent)
            if (owner.HasGuarantee && (owner.Guarantee - owner.EffectiveUse).Clamped() is var owed && !owed.FitsIn(ResourceVector.Zero)) return true;
        return false;
    }

    private void PreemptFor(AgentEntry agent, PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        var queues = agent.Order.Items.ToArray();
        Array.Sort(queues, static (a, b) => ReferenceEquals(a, b) ? 0 : OrderItem.Before(a, b) ? -1 : 1);
        foreach (ShapeQueue queue in queues)
        {
            FirstUnclaimed(queue, Math.Min(_seeksLeft, MostClaims - _claims.Count));
            foreach (var task in _unclaimed)
            {
                if (!MaySeek()) return;
                if (!SeekByRules(task, policy, now, events, effects)) break; // what follows asks for the same with less right
            }
        }
    }

    /// <summary>The first tasks of a queue in order that hold no claim and no promise of their own.</summary>
    private void FirstUnclaimed(ShapeQueue queue, int most)
    {
        _unclaimed.Clear();
        var heap = queue.Tasks;
        var frontier = _frontier;
        frontier.Clear();
        if (heap.Count > 0) frontier.Enqueue(0, (heap.KeyOf(heap[0]), heap[0].Number));
        while (_unclaimed.Count < most && frontier.TryDequeue(out var at, out _))
        {
            if (heap[at] is { Claim: null } task && task.Slot is null or { Guard: true }) _unclaimed.Add(heap[at]);
            for (var child = 2 * at + 1; child <= 2 * at + 2 && child < heap.Count; child++)
                frontier.Enqueue(child, (heap.KeyOf(heap[child]), heap[child].Number));
        }
    }

    private bool SeekByRules(TaskEntry task, PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        if (SharesCount && policy.Reclaim && (Seek(task, policy, _reclaim, now, events, effects) || Seek(task, policy, _reclaimLarge, now, events, effects))) return true;
        if (SharesCount && policy.Fairness.HasFlag(FairnessPreemption.AtOrBelowFinalShare)
            && Seek(task, policy, new FairnessRule(atOrBelowFinal: true, _order.HasGroups), now, events, effects)) return true;
        if (SharesCount && policy.Fairness.HasFlag(FairnessPreemption.BelowInitialShare)
            && Seek(task, policy, new FairnessRule(atOrBelowFinal: false, _order.HasGroups), now, events, effects)) return true;
        return policy.WithinQueue && _spec.Strategy != PoolStrategy.Fifo && Seek(task, policy, new WithinQueueRule(_order.Rules), now, events, effects);
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

    /// <summary>Room that those told to stop for others will leave over is enough.</summary>
    private bool FindLeftOver(in Preemptor preemptor, long now)
    {
        if (!FitsLimits(preemptor)) return false;
        foreach (var claim in _claims)
        {
            if (claim.Node.State != NodeState.Ready || !preemptor.Task.Item.Shape.CouldUseNow(claim.Node) || !preemptor.Request.FitsIn(RoomFor(preemptor, claim.Node, allSlots: true, now))) continue;
            if (!DevicesWouldHold(preemptor.Request, claim.Node, [])) continue;
            _candidateVictims.Clear();
            _bestVictims.Set(claim.Node, _candidateVictims);
            return true;
        }
        return false;
    }

    private void FindVictims(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        FindNodes(preemptor, policy, rule, now);
        foreach (var node in _victimNodes)
        {
            _candidateVictims.Clear();
            for (var i = 0; i < Math.Min(node.Leases.Count, MostLeasesLookedAt); i++)
                if (IsCandidate(preemptor, policy, rule, node.Leases[i], now))
                    AddCandidate(_candidateVictims, node.Leases[i], now);
            if (_candidateVictims.Count == 0) continue;
            _victimSearch.Find(preemptor, rule, node, RoomFor(preemptor, node, allSlots: false, now), _candidateVictims, policy.MostVictims, _nodeVictims);
            if (_nodeVictims.IsBetterThan(_bestVictims) && DevicesWouldHold(preemptor.Request, node, _nodeVictims.Victims) && LeavesPromisesAlone(preemptor, _nodeVictims, now)) _bestVictims.Take(_nodeVictims);
        }
    }

    /// <summary>Nodes that hold candidates: for a promise, its own and then any; otherwise those of the agents that may lose, those first that hold most.</summary>
    private void FindNodes(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        _victimNodes.Clear();
        if (rule.Kind == PreemptionKind.Emergency)
        {
            if (preemptor.Task.Slot?.Node is { State: NodeState.Ready } own) _victimNodes.Add(own);
            var ready = _capacity.Ready;
            for (var i = 0; i < ready.Count && _victimNodes.Count < MostVictimNodes; i++)
            {
                var node = ready[(int)((i + _decisions) % ready.Count)];
                if (preemptor.Task.Item.Shape.CouldUseNow(node) && !_victimNodes.Contains(node)) _victimNodes.Add(node);
            }
            return;
        }
        FindLosers(preemptor, rule);
        var looked = 0;
        foreach (var agent in _losers)
            for (var i = 0; i < agent.Leases.Count && looked < MostLeasesLookedAt && _victimNodes.Count < MostVictimNodes; i++, looked++)
            {
                var lease = agent.Leases[(int)((i + _decisions) % agent.Leases.Count)];
                if (IsCandidate(preemptor, policy, rule, lease, now) && preemptor.Task.Item.Shape.CouldUseNow(lease.Node!) && !_victimNodes.Contains(lease.Node!))
                    _victimNodes.Add(lease.Node!);
            }
    }

    private void FindLosers(in Preemptor preemptor, VictimRule rule)
    {
        _losers.Clear();
        if (rule.MayLose(preemptor, preemptor.Agent))
        {
            _losers.Add(preemptor.Agent);
            return;
        }
        foreach (var agent in _order.Agents)
            if (agent.Leases.Count > 0 && rule.MayLose(preemptor, agent)) _losers.Add(agent);
        if (_losers.Count < 2) return;
        var basis = _order.Basis;
        _losers.Sort((a, b) =>
        {
            if (a.Spec.Class != b.Spec.Class) return a.Spec.Class.CompareTo(b.Spec.Class);
            var byShare = OverShare.Of(b.EffectiveUse, b.Guarantee, basis, b.Weight).CompareTo(OverShare.Of(a.EffectiveUse, a.Guarantee, basis, a.Weight));
            return byShare != 0 ? byShare : a.Index.CompareTo(b.Index);
        });
    }

    /// <summary>What holds for every kind: never one that is ending, is not to be preempted, has a promise to keep, runs in an open reservation of its agent, or has only just begun.</summary>
    private bool IsCandidate(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, TaskEntry task, long now)
    {
        var item = task.Item;
        if (task.Stop != StopMark.None || task.Node!.State != NodeState.Ready) return false;
        if (task.Spare && MustBeFirm(preemptor.Task)) return false; // it gives no room that the other may rest on, and gives way beside
        if (item.Gang is { } gang && (!MayStopGang(gang) || ReferenceEquals(item, preemptor.Task.Item))) return false;
        if (item.Spec.Terms is { NeverPreempted: true } || item.Agent.Spec.Terms is { NeverPreempted: true }) return false;
        if (item.Deadline > now || task.Node.Windows?.IsOpenFor(item.Agent) == true) return false;
        if (!rule.MayLose(preemptor, item.Agent) || !rule.MayTake(preemptor, task, item.Agent.EffectiveUse)) return false;
        var free = task.PlacedAt + Clock.ToMicros(policy.MinimumRun);
        if (free <= now) return true;
        _protectedUntil = Math.Min(_protectedUntil, free);
        return false;
    }

    /// <summary>What a task could have of a node when all who were told to stop have: less what is set aside there for others now, or at any time of its run.</summary>
    private static ResourceVector RoomFor(in Preemptor preemptor, NodeEntry node, bool allSlots, long now)
    {
        var firm = node.Measured is not null && MustBeFirm(preemptor.Task);
        var room = firm ? node.FirmFor(preemptor.Task.Item.Agent) : node.FreeFor(preemptor.Task.Item.Agent);
        if (node.Windows is { } windows) room -= windows.Ahead(preemptor.Task.Item.Agent, now, now + (allSlots ? preemptor.Task.Item.Estimate : 1));
        foreach (var lease in node.Leases)
            if (lease.Stop != StopMark.None && !(firm && lease.Spare)) room += lease.Item.Shape.Vector;
        if (node.Plan is not { Count: > 0 } plan) return room;
        var end = now + (allSlots ? preemptor.Task.Item.Estimate : 1);
        foreach (var slot in plan)
        {
            if (slot.Start >= end) break;
            // What conservative backfill only plans for later gives way to who is entitled now.
            if (!IsOf(slot.Task, preemptor.Task) && (!slot.Planned || slot.Task.Claim is not null)) room -= slot.Vector;
        }
        return room;
    }

    /// <summary>No promise on the node would be in the way of the task, nor the task in a promise's.</summary>
    private static bool LeavesPromisesAlone(in Preemptor preemptor, VictimSet set, long now)
    {
        var room = RoomFor(preemptor, set.Node!, allSlots: true, now);
        return preemptor.Request.FitsIn(room + set.Freed);
    }

    private void Claim(TaskEntry task, VictimRule rule, long now, EventBatch events, IPoolEffects effects)
    {
        TaskEntry[] victims = [.. _bestVictims.Victims.SelectMany(AllOf)];
        Emit(new PoolEvent(EventKind.RoomClaimed, now, task.Number, Value: (long)rule.Kind, Node: _bestVictims.Node!.Index,
            Detail: Array.ConvertAll(victims, v => v.Number)), events, effects);
        var reason = ReasonFor(task, rule.Kind);
        foreach (var victim in victims)
            Emit(new PoolEvent(EventKind.StopIssued, now, victim.Number, victim.Token, (long)ExitCause.Preempted, Detail: reason), events, effects);
    }
}
