using Granary.Model;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Where room can be made for one task, and who would be stopped there.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>On how many nodes victims are sought for one task.</summary>
    private const int MostVictimNodes = 32;

    /// <summary>How many leases are looked at to find those nodes, and on one node.</summary>
    private const int MostLeasesLookedAt = 512;

    /// <summary>The same of an agent's own.</summary>
    private const int MostOwnLookedAt = 4096;

    private readonly VictimSearch _victimSearch = new();
    private readonly VictimSet _bestVictims = new();
    private readonly VictimSet _nodeVictims = new();
    private readonly List<Candidate> _candidateVictims = [];
    private readonly List<TaskEntry> _ownVictims = [];
    private readonly List<NodeEntry> _victimNodes = [];
    private readonly List<Loser> _losers = [];
    private static readonly List<TaskEntry> NoVictims = [];
    private long _victimSearches;

    /// <summary>Room that those told to stop for others will leave over is enough.</summary>
    private bool FindLeftOver(in Preemptor preemptor, long now)
    {
        if (!FitsLimits(preemptor)) return false;
        foreach (var claim in _claims)
        {
            if (claim.Node.State != NodeState.Ready || !preemptor.Task.Item.Shape.CouldUseNow(claim.Node) || !preemptor.Request.FitsIn(RoomFor(preemptor, claim.Node, allSlots: true, now))) continue;
            if (!DevicesWouldHold(preemptor.Request, claim.Node, NoVictims)) continue;
            _candidateVictims.Clear();
            _bestVictims.Set(claim.Node, _candidateVictims);
            return true;
        }
        return false;
    }

    private void FindVictims(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        FindNodes(preemptor, policy, rule, now);
        var own = rule.Kind == PreemptionKind.WithinQueue;
        foreach (var node in _victimNodes)
        {
            _candidateVictims.Clear();
            if (own)
            {
                foreach (var lease in _ownVictims)
                    if (ReferenceEquals(lease.Node, node)) AddCandidate(_candidateVictims, lease, now);
            }
            else
                for (var i = 0; i < Math.Min(node.Leases.Count, MostLeasesLookedAt); i++)
                    if (IsCandidate(preemptor, policy, rule, node.Leases[i], now)) AddCandidate(_candidateVictims, node.Leases[i], now);
            if (_candidateVictims.Count == 0) continue;
            _victimSearch.Find(preemptor, rule, node, RoomFor(preemptor, node, allSlots: false, now), _candidateVictims, policy.MostVictims, _nodeVictims);
            if (_nodeVictims.IsBetterThan(_bestVictims) && DevicesWouldHold(preemptor.Request, node, _nodeVictims.Victims)
                && LeavesPromisesAlone(preemptor, _nodeVictims, now)) _bestVictims.Take(_nodeVictims);
        }
    }

    /// <summary>Nodes that hold candidates: for a promise, its own and then any; within an agent, those where its own run; otherwise those of the agents that may lose.</summary>
    private void FindNodes(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        _victimNodes.Clear();
        if (rule.Kind == PreemptionKind.Emergency) FindNodesForPromise(preemptor);
        else if (rule.Kind == PreemptionKind.WithinQueue) FindNodesWithin(preemptor, policy, rule, now);
        else FindNodesOfLosers(preemptor, policy, rule, now);
    }

    private void FindNodesForPromise(in Preemptor preemptor)
    {
        if (preemptor.Task.Slot?.Node is { State: NodeState.Ready } own) _victimNodes.Add(own);
        var ready = _capacity.Ready;
        for (var i = 0; i < ready.Count && _victimNodes.Count < MostVictimNodes; i++)
        {
            var node = ready[(int)((i + _decisions) % ready.Count)];
            if (preemptor.Task.Item.Shape.CouldUseNow(node) && !_victimNodes.Contains(node)) _victimNodes.Add(node);
        }
    }

    /// <summary>The agent's own tasks are looked at, not all on the nodes where they run: those are many more.</summary>
    private void FindNodesWithin(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        _ownVictims.Clear();
        var leases = preemptor.Agent.Leases;
        var lowest = int.MaxValue;
        var looked = Math.Min(leases.Count, MostOwnLookedAt);
        for (var i = 0; i < looked; i++)
        {
            var lease = leases[(int)((i + _decisions) % leases.Count)];
            lowest = Math.Min(lowest, lease.Item.Spec.Priority);
            if (!IsCandidate(preemptor, policy, rule, lease, now)) continue;
            _ownVictims.Add(lease);
            var node = lease.Node!;
            if (_victimNodes.Count < MostVictimNodes && preemptor.Task.Item.Shape.CouldUseNow(node) && !_victimNodes.Contains(node)) _victimNodes.Add(node);
        }
        if (looked == leases.Count) preemptor.Agent.LowestHeldPriority = lowest;
    }

    /// <summary>Of those first that hold most.</summary>
    private void FindNodesOfLosers(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        FindLosers(preemptor, rule);
        var looked = 0;
        foreach (var (agent, _) in _losers)
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
        _victimSearches++;
        for (var i = 0; i < _order.Agents.Count; i++)
        {
            var agent = _order.Agents[i];
            if (agent.Leases.Count == 0 || !rule.MayLose(preemptor, agent)) continue;
            agent.LosesIn = _victimSearches;
            _losers.Add(new Loser(agent, OverShare.Of(agent.EffectiveUse, agent.Guarantee, _order.Basis, agent.Weight)));
        }
        _losers.Sort(static (a, b) =>
        {
            if (a.Agent.Spec.Class != b.Agent.Spec.Class) return a.Agent.Spec.Class.CompareTo(b.Agent.Spec.Class);
            var byShare = b.Share.CompareTo(a.Share);
            return byShare != 0 ? byShare : a.Agent.Index.CompareTo(b.Agent.Index);
        });
    }

    /// <summary>What a rule says of whole agents, asked once a search.</summary>
    private bool MayLose(in Preemptor preemptor, VictimRule rule, AgentEntry agent) => rule.Kind switch
    {
        PreemptionKind.Emergency => true,
        PreemptionKind.WithinQueue => rule.MayLose(preemptor, agent),
        _ => agent.LosesIn == _victimSearches,
    };

    /// <summary>An agent whose tasks may be stopped, with what it holds beyond its guarantee over its weight.</summary>
    private readonly record struct Loser(AgentEntry Agent, double Share);

    /// <summary>What holds for every kind: never one that is ending, is not to be preempted, has a promise to keep, runs in an open reservation of its agent, or has only just begun.</summary>
    private bool IsCandidate(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, TaskEntry task, long now)
    {
        var item = task.Item;
        if (task.Stop != StopMark.None || task.Node!.State != NodeState.Ready) return false;
        if (task.Spare && MustBeFirm(preemptor.Task)) return false; // it gives no room that the other may rest on, and gives way beside
        if (item.Gang is { } gang && (!MayStopGang(gang) || ReferenceEquals(item, preemptor.Task.Item))) return false;
        if (item.Spec.Terms is { NeverPreempted: true } || item.Agent.Spec.Terms is { NeverPreempted: true }) return false;
        if (item.Deadline > now || task.Node.Windows?.IsOpenFor(item.Agent) == true) return false;
        if (!MayLose(preemptor, rule, item.Agent) || !rule.MayTake(preemptor, task, item.Agent.EffectiveUse)) return false;
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
        if (!firm) room += node.Leaving;
        else if (node.Ending > 0)
        {
            foreach (var lease in node.Leases)
                if (lease is { Stop: not StopMark.None, Spare: false }) room += lease.Item.Shape.Vector;
        }
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
}
