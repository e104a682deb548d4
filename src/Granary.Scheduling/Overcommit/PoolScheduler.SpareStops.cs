using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.Reservations;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Spare leases give way: to use that has risen, and to whoever is entitled to the node's own room.</summary>
public sealed partial class PoolScheduler
{
    private readonly List<Candidate> _spares = [];
    private readonly List<TaskEntry> _spareVictims = [];

    /// <summary>
    /// Measured use is over the safe mark: so many spare leases are stopped that, if each uses as large a part of its request as all together do, the
    /// margin is free again; at most until what is held fits the node.
    /// </summary>
    private void StopOverused(NodeEntry node, long now, EventBatch events, IPoolEffects effects)
    {
        var last = node.Measured!.Last!.Value;
        var leaving = LeavingOn(node);
        PickSpares(node, Needed(0, last.CpuMilli), Needed(1, last.MemoryMiB), now);
        var reason = FormattableString.Invariant($"node {node.Spec.Name} uses cpu={Part(last.CpuMilli, 0):0}% memory={Part(last.MemoryMiB, 1):0}% of what it has: it rested on room beyond the node's own");
        foreach (var task in _spareVictims)
            Emit(new PoolEvent(EventKind.StopIssued, now, task.Number, task.Token, (long)ExitCause.Preempted, Detail: reason), events, effects);

        long Needed(int lane, long used)
        {
            var (capacity, held) = (node.Capacity[lane], node.Used[lane]);
            var over = used - (1 - Overcommit.Margin) * capacity;
            if (over <= 0 || used == 0) return 0;
            return Math.Min((long)Math.Ceiling(over * held / used), held - capacity) - leaving[lane];
        }

        double Part(long used, int lane) => node.Capacity[lane] == 0 ? 0 : 100.0 * used / node.Capacity[lane];
    }

    private static ResourceVector LeavingOn(NodeEntry node)
    {
        var leaving = ResourceVector.Zero;
        foreach (var lease in node.Leases)
            if (lease.Stop != StopMark.None) leaving += lease.Item.Shape.VectorRef;
        return leaving;
    }

    /// <summary>Spare leases of the node that together give so much: of agents beyond their guarantees first, then lower classes, then the least lost work, then the newest.</summary>
    private void PickSpares(NodeEntry node, long cpuMilli, long memoryMiB, long now)
    {
        _spareVictims.Clear();
        if (cpuMilli <= 0 && memoryMiB <= 0) return;
        _spares.Clear();
        foreach (var lease in node.Leases)
            if (lease.Spare && lease.Stop == StopMark.None) _spares.Add(new Candidate(lease, LostWork.Of(lease, _order.Basis, now)));
        _spares.Sort(static (a, b) =>
        {
            var (x, y) = (IsWithinGuarantee(a.Agent), IsWithinGuarantee(b.Agent));
            if (x != y) return x ? 1 : -1;
            if (a.Agent.Spec.Class != b.Agent.Spec.Class) return a.Agent.Spec.Class.CompareTo(b.Agent.Spec.Class);
            return a.Lost != b.Lost ? a.Lost.CompareTo(b.Lost) : b.Task.Token.CompareTo(a.Task.Token);
        });
        foreach (var candidate in _spares)
        {
            var task = candidate.Task;
            ref readonly var vector = ref task.Item.Shape.VectorRef;
            if (!(cpuMilli > 0 && vector[0] > 0) && !(memoryMiB > 0 && vector[1] > 0)) continue;
            _spareVictims.Add(task);
            cpuMilli -= vector[0];
            memoryMiB -= vector[1];
            if (cpuMilli <= 0 && memoryMiB <= 0) break;
        }
        // The last was needed; of those before, the dearest stay first where they can.
        for (var i = _spareVictims.Count - 2; i >= 0; i--)
        {
            ref readonly var vector = ref _spareVictims[i].Item.Shape.VectorRef;
            if (cpuMilli + vector[0] > 0 || memoryMiB + vector[1] > 0) continue;
            cpuMilli += vector[0];
            memoryMiB += vector[1];
            _spareVictims.RemoveAt(i);
        }
    }

    /// <summary>The agent, or a group above, has a guarantee and holds no more than that of anything it names.</summary>
    private static bool IsWithinGuarantee(AgentEntry agent)
    {
        for (OrderNode? owner = agent; owner is not null; owner = owner.Parent)
            if (owner.HasGuarantee && IsWithin(owner)) return true;
        return false;

        static bool IsWithin(OrderNode owner)
        {
            for (var lane = 0; lane < ResourceVector.Lanes; lane++)
                if (owner.Guarantee[lane] > 0 && owner.EffectiveUse[lane] > owner.Guarantee[lane]) return false;
            return true;
        }
    }

    /// <summary>
    /// How much spare leases must hold that are stopped so that <paramref name="needed"/> more is free: what they did not use was given to others, so
    /// that their end frees what they used, and what the ceiling kept back.
    /// </summary>
    private long ToSweep(NodeEntry node, int lane, long needed)
    {
        var measured = node.Measured!;
        if (needed <= 0 || measured.Extra[lane] == 0 || measured.Upper is not { } upper) return needed;
        var (held, used) = lane == 0 ? (measured.Settled.CpuMilli, upper.CpuMilli) : (measured.Settled.MemoryMiB, upper.MemoryMiB);
        if (held == 0 || used >= held) return needed;
        var kept = Math.Max(0, held - used - Overcommit.Margin * node.Capacity[lane] - measured.Extra[lane]);
        var part = (double)used / held;
        if (needed * (1 - part) <= kept) return needed;
        var swept = part == 0 ? double.PositiveInfinity : Math.Ceiling((needed - kept) / part);
        return (long)Math.Min(swept, needed + measured.Extra[lane]);
    }

    /// <summary>The time that a task's room is set aside for has come, and only spare leases stand in its room.</summary>
    private void SweepFor(PlanSlot slot, long now, EventBatch events, IPoolEffects effects)
    {
        var item = slot.Task.Item;
        if (item.Gang is not { } gang)
        {
            SweepFor(slot, slot.Node, slot.Vector, now, events, effects);
            return;
        }
        foreach (var on in MembersOf(gang).GroupBy(m => m.Slot?.Node).OrderBy(g => g.Key?.Index).ToArray())
            SweepFor(slot, on.Key, Times(item.Shape.VectorRef, on.Count()), now, events, effects);
    }

    private void SweepFor(PlanSlot slot, NodeEntry? at, in ResourceVector vector, long now, EventBatch events, IPoolEffects effects)
    {
        var agent = slot.Task.Item.Agent;
        if (at is not { Measured.SpareLeases: > 0 } node || !vector.FitsIn(node.FirmFor(agent))) return;
        Sweep(node, vector - node.FreeFor(agent), $"its room on node {node.Spec.Name} is set aside for task {IdOf(slot.Task.Number)}", now, events, effects);
    }

    /// <summary>In an open window the agent has tasks to start: what is held for it is no spare room any more.</summary>
    private void SweepFor(Reservation reservation, long now, EventBatch events, IPoolEffects effects)
    {
        if (_spareLeases == 0 || reservation.Agent.Ready == 0) return;
        foreach (var piece in reservation.Pieces)
            if (piece.Node is { Measured.SpareLeases: > 0 } node)
                Sweep(node, ResourceVector.Zero - node.FreeInSum, $"its room on node {node.Spec.Name} is reserved for agent {reservation.Agent.Name}", now, events, effects);
    }

    private void Sweep(NodeEntry node, in ResourceVector needed, string reason, long now, EventBatch events, IPoolEffects effects)
    {
        var leaving = LeavingOn(node);
        PickSpares(node, ToSweep(node, 0, needed[0] - leaving[0]), ToSweep(node, 1, needed[1] - leaving[1]), now);
        foreach (var task in _spareVictims)
            Emit(new PoolEvent(EventKind.StopIssued, now, task.Number, task.Token, (long)ExitCause.Preempted, Detail: reason), events, effects);
    }

    /// <summary>The node whose own room holds the task once the fewest spare leases have gone.</summary>
    private void FindSweepable(in Preemptor preemptor, long now)
    {
        if (_spareLeases == 0 || !MustBeFirm(preemptor.Task)) return;
        var (fewest, looked) = (int.MaxValue, 0);
        var ready = _capacity.Ready;
        for (var i = 0; i < ready.Count && looked < MostVictimNodes; i++)
        {
            var node = ready[(int)((i + _decisions) % ready.Count)];
            if (node.Measured is not { SpareLeases: > 0 } || !preemptor.Task.Item.Shape.CouldUseNow(node)) continue;
            if (!preemptor.Request.FitsIn(RoomFor(preemptor, node, allSlots: true, now))) continue;
            looked++;
            PickSparesFor(preemptor, node, now);
            if (_spareVictims.Count >= fewest) continue;
            fewest = _spareVictims.Count;
            _candidateVictims.Clear();
            _bestVictims.Set(node, _candidateVictims);
        }
    }

    /// <summary>Beside the victims that give the node's own room, spare leases that stand in it.</summary>
    private void AddSpareVictims(in Preemptor preemptor, long now)
    {
        if (_bestVictims.Node is not { Measured.SpareLeases: > 0 } node || !MustBeFirm(preemptor.Task)) return;
        PickSparesFor(preemptor, node, now);
        _bestVictims.Victims.AddRange(_spareVictims);
    }

    private void PickSparesFor(in Preemptor preemptor, NodeEntry node, long now)
    {
        var measured = node.Measured!;
        var room = RoomFor(preemptor, node, allSlots: true, now) - measured.Spare + measured.Extra;
        foreach (var lease in node.Leases)
            if (lease is { Spare: true, Stop: not StopMark.None }) room += lease.Item.Shape.VectorRef;
        if (ReferenceEquals(node, _bestVictims.Node)) room += _bestVictims.Freed;
        PickSpares(node, ToSweep(node, 0, preemptor.Request[0] - room[0]), ToSweep(node, 1, preemptor.Request[1] - room[1]), now);
    }
}
