using Granary.Model;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Gangs that preempt, and are preempted: as a whole or not at all.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>Room is made for gangs of up to so many members.</summary>
    private const int MostGangClaims = 256;

    /// <summary>At most so many are stopped for one gang, however many its members.</summary>
    private const int MostGangVictims = 256;

    private readonly GangVictims _gangVictims = new();
    private readonly List<GangSite> _gangSites = [];

    /// <summary>Makes room for all members of a gang by one rule, if it can: on several nodes, and for none unless for all.</summary>
    private bool SeekForGang(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now, EventBatch events, IPoolEffects effects)
    {
        var gang = preemptor.Task.Item.Gang!;
        if (!gang.InOrder || gang.Waiting > MostGangClaims || !FitsLimits(preemptor) || Choose(preemptor.Task, now) is not null) return false;
        _seeksLeft--;
        FindGangSites(preemptor, policy, rule, now);
        var most = (int)Math.Min(MostGangVictims, (long)policy.MostVictims * gang.Waiting);
        var asks = preemptor;
        if (!_gangVictims.Find(preemptor, rule, _gangSites, gang.Waiting, most, site => PlacesOn(site, asks))) return false;
        if (_gangVictims.Picked.Count == 0 && (!rule.IsOwed || !_gangSites.Exists(static s => s.Places > 0 && AnyEnding(s.Node)))) return false; // whoever comes first in order gets what others leave over
        ClaimForGang(gang, rule, now, events, effects);
        return true;
    }

    /// <summary>Every node that could hold members; of those that hold candidates up to <see cref="MostVictimNodes"/> are asked for victims.</summary>
    private void FindGangSites(in Preemptor preemptor, PreemptionPolicy policy, VictimRule rule, long now)
    {
        _gangSites.Clear();
        _gangVictims.Picked.Clear();
        var agent = preemptor.Agent;
        var (free, members) = (0, preemptor.Task.Item.Gang!.Waiting);
        FindNodes(preemptor, policy, rule, now);
        var ready = _capacity.Ready;
        for (var i = 0; i < ready.Count; i++)
        {
            var node = ready[i];
            if (!preemptor.Task.Item.Shape.CouldUseNow(node)) continue;
            // Of GPUs in sum: how many members their devices hold is counted one by one.
            var room = RoomFor(preemptor, node, allSlots: true, now) + node.FreeInSumFor(agent) - node.OwnFor(agent);
            var site = new GangSite(node, room);
            if (_victimNodes.Contains(node))
            {
                site.Candidates = [];
                for (var lease = 0; lease < Math.Min(node.Leases.Count, MostLeasesLookedAt); lease++)
                    if (IsCandidate(preemptor, policy, rule, node.Leases[lease], now)) AddCandidate(site.Candidates, node.Leases[lease], now);
            }
            if (site.Candidates is { Count: > 0 })
            {
                _gangSites.Add(site);
                continue;
            }
            // What is free is used first, so more of it than all members need is never looked at.
            var places = free < members ? PlacesOn(site, preemptor) : 0;
            if (places == 0) continue;
            free += places;
            _gangSites.Add(site);
        }
    }

    /// <summary>Adds what a lease stands for: itself, or its gang, once a node.</summary>
    private void AddCandidate(List<Candidate> candidates, TaskEntry lease, long now)
    {
        if (lease.Item.Gang is not null)
            for (var i = 0; i < candidates.Count; i++)
                if (ReferenceEquals(candidates[i].Task.Item, lease.Item) && ReferenceEquals(candidates[i].Task.Node, lease.Node))
                {
                    candidates[i] = candidates[i] with { Here = candidates[i].Here + 1 };
                    return;
                }
        candidates.Add(new Candidate(lease, LostWork.Of(lease, _order.Basis, now) * (lease.Item.Gang?.Leased ?? 1)));
    }

    private int PlacesOn(GangSite site, in Preemptor preemptor)
    {
        var item = preemptor.Task.Item;
        var places = GangTimeline.MembersIn(item.Shape.VectorRef, site.Room + site.Freed, item.Gang!.Waiting);
        var gpu = item.Shape.VectorRef[DeviceSet.Lane];
        if (places == 0 || gpu == 0 || site.Node.Devices is not { } devices) return places;
        return devices.CountOf(gpu, places, site.Node.Leases.Where(l => l.Stop != StopMark.None || _gangVictims.Picked.Exists(p => p.IsSameAs(new Candidate(l, 0))))
            .Select(l => (l.Devices, l.Item.Shape.VectorRef[DeviceSet.Lane])));
    }

    /// <summary>A claim for each member; the first tells who is stopped for all.</summary>
    private void ClaimForGang(GangEntry gang, VictimRule rule, long now, EventBatch events, IPoolEffects effects)
    {
        // Where somebody is stopped all of it is used; then those nodes that hold most.
        _gangSites.Sort(static (a, b) => (a.Freed == ResourceVector.Zero) != (b.Freed == ResourceVector.Zero) ? (a.Freed == ResourceVector.Zero ? 1 : -1)
            : a.Places != b.Places ? b.Places.CompareTo(a.Places) : a.Node.Index.CompareTo(b.Node.Index));
        TaskEntry[] victims = [.. _gangVictims.Picked.SelectMany(p => AllOf(p.Task))];
        var head = gang.Head!;
        var reason = ReasonFor(head, rule.Kind);
        long[] numbers = Array.ConvertAll(victims, v => v.Number);
        var next = 0;
        foreach (var member in MembersOf(gang).OrderBy(m => ReferenceEquals(m, head) ? 0 : 1).ToArray())
        {
            while (_gangSites[next].Places == 0) next++;
            _gangSites[next].Places--;
            Emit(new PoolEvent(EventKind.RoomClaimed, now, member.Number, Value: (long)rule.Kind, Node: _gangSites[next].Node.Index, Detail: numbers), events, effects);
            numbers = [];
        }
        foreach (var victim in victims)
            Emit(new PoolEvent(EventKind.StopIssued, now, victim.Number, victim.Token, (long)ExitCause.Preempted, Detail: reason), events, effects);
    }

    /// <summary>A task with all that stop when it does: the members of its gang that hold leases.</summary>
    private IEnumerable<TaskEntry> AllOf(TaskEntry task) =>
        task.Item.Gang is not { } gang ? [task] : MembersOf(gang).Where(m => m.State is TaskState.Placed or TaskState.Running);

    /// <summary>All members of a gang may be told to stop: none is ending, all run on nodes that hear it, none in an open window of its agent.</summary>
    private bool MayStopGang(GangEntry gang)
    {
        if (gang.CheckedChange == _changes) return gang.MayStop;
        (gang.CheckedChange, gang.MayStop) = (_changes, gang.Break == GangBreak.None);
        foreach (var member in MembersOf(gang))
            if (member.State == TaskState.Queued || member.Stop != StopMark.None || member.Node is not { State: NodeState.Ready } node || node.Windows?.IsOpenFor(gang.Item.Agent) == true)
                gang.MayStop = false;
        return gang.MayStop;
    }

    /// <summary>The room of all members still comes: each has its claim where it was made, and somewhere somebody ends.</summary>
    private bool StillComes(GangEntry gang)
    {
        var ending = false;
        foreach (var member in MembersOf(gang))
        {
            if (member.Claim is not { } claim || !ReferenceEquals(member.Slot?.Node, claim.Node) || claim.Node.State != NodeState.Ready) return false;
            ending |= AnyEnding(claim.Node);
        }
        return ending;
    }

    private (string, string) ExplainPreempting(GangEntry gang, long now)
    {
        var claims = MembersOf(gang).Select(m => m.Claim).OfType<RoomClaim>().ToArray();
        var nodes = claims.Select(c => c.Node).Distinct().ToArray();
        return ($"room is being made for all {claims.Length} members on {string.Join(", ", nodes.Take(4).Select(n => n.Host))}{(nodes.Length > 4 ? FormattableString.Invariant($" and {nodes.Length - 4} more nodes") : "")} since {Clock.Text(now - claims[0].At)}: "
            + $"{claims.Sum(c => c.Victims)} told to stop for it, {nodes.Sum(n => n.Leases.Count(l => l.Stop != StopMark.None))} there still end ({claims[0].Kind})", "wait: it starts when they have ended, within their grace");
    }
}
