using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Reservations;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>How many of an agent's queues one look at its open windows goes through.</summary>
    private const int MostHeldQueues = 64;

    /// <summary>Opens and closes windows whose time has come, ends reservations that are over, and plans anew those whose nodes changed.</summary>
    private void AdvanceWindows(long now, EventBatch events, IPoolEffects effects)
    {
        if (_reservations.Live.Count == 0) return;
        if (_reservations.Stale) ReplanReservations(now, events, effects);
        if (now < _reservations.NextBoundary) return;
        var next = long.MaxValue;
        List<Reservation>? over = null;
        foreach (var reservation in _reservations.Live.Values)
        {
            Settle(reservation, now);
            if (reservation.WindowAt(now) == reservation.Count) (over ??= []).Add(reservation);
            else next = Math.Min(next, reservation.NextBoundary(now));
        }
        foreach (var reservation in over ?? [])
            Emit(new PoolEvent(EventKind.ReservationEnded, now, reservation.Number, Detail: "over"), events, effects);
        _reservations.NextBoundary = next;
    }

    private long NextWindow() => _reservations.Live.Count == 0 ? long.MaxValue : _reservations.NextBoundary;

    /// <summary>
    /// Pieces on nodes that do not take tasks any more, or that became too small, look for another place, and so does what was missing. What
    /// cannot be kept is said in the reservation's note and tried again when a node changes or a reservation ends.
    /// </summary>
    private void ReplanReservations(long now, EventBatch events, IPoolEffects effects)
    {
        _reservations.Stale = false;
        foreach (var reservation in _reservations.Live.Values.ToArray())
        {
            if (reservation.WindowAt(now) == reservation.Count) continue;
            if (reservation.Record.Missing.IsZero && reservation.Pieces.TrueForAll(p => p.Node.State == NodeState.Ready && Holds(p.Node, now))) continue;
            var before = reservation.Record;
            var homes = reservation.Pieces.ConvertAll(p => p.Node);
            foreach (var node in ReservationTable.Detach(reservation)) _capacity.WindowsChanged(node);
            var nodes = homes.Where(n => n.State == NodeState.Ready).Concat(_capacity.Promisable.Except(homes)).ToList();
            var pieces = _planner.Plan(reservation.Agent, _lanes.ToVector(before.Spec.Resources), TimesOf(before.Spec), nodes, now, out var missing);
            var after = before with
            {
                Pieces = [.. pieces.Select(p => new ReservationPiece(p.Node.Spec.Name, _lanes.ToSet(p.Vector)))],
                Missing = _lanes.ToSet(missing),
                Note = missing.IsZero ? "" : $"{_lanes.ToSet(missing)} of it cannot be kept since {Why(homes)}; add a node, or reserve it anew",
            };
            if (after.Missing == before.Missing && after.Pieces.SequenceEqual(before.Pieces)) ApplyReservation(before, now);
            else Emit(new PoolEvent(EventKind.ReservationSet, now, before.Number, Detail: after), events, effects);
        }
    }

    private static string Why(List<NodeEntry> homes)
    {
        var gone = homes.Where(n => n.State != NodeState.Ready).Select(n => $"node {n.Spec.Name} is {n.State.ToString().ToLowerInvariant()}").ToList();
        return gone.Count > 0 ? string.Join(" and ", gone) : "its nodes became smaller";
    }

    /// <summary>The node is still large enough for all that is ever set aside on it at once.</summary>
    private bool Holds(NodeEntry node, long now)
    {
        var profile = _book.Profile;
        profile.BuildEmpty(node, now);
        return ResourceVector.Zero.FitsIn(profile.Least(now, long.MaxValue));
    }

    /// <summary>In open windows their agents go before everything else, with the tasks that fit in what is held for them.</summary>
    private int PlaceHeld(long now, EventBatch events, IPoolEffects effects, int left)
    {
        if (_reservations.Live.Count == 0) return left;
        foreach (var reservation in _reservations.Live.Values)
        {
            if (!reservation.Open) continue;
            SweepFor(reservation, now, events, effects);
            while (left > 0 && FindHeld(reservation.Agent, wholly: true, now, out var task, out var node))
            {
                Place(task, node, now, events, effects);
                left--;
            }
        }
        return left;
    }

    /// <summary>After others have had their turn on a freed node: tasks that need what is held there and more.</summary>
    private bool FindPartlyHeld(NodeEntry node, long now, out TaskEntry task, out NodeEntry target)
    {
        (task, target) = (null!, null!);
        if (node.Windows is not { } windows) return false;
        foreach (var piece in windows.Pieces)
            if (piece.Owner.Open && FindHeld(piece.Owner.Agent, wholly: false, now, out task, out target)) return true;
        return false;
    }

    private bool FindHeld(AgentEntry agent, bool wholly, long now, out TaskEntry task, out NodeEntry target)
    {
        (task, target) = (null!, null!);
        if (agent.Ready == 0 || agent.HeldOn is not { Count: > 0 }) return false;
        var probe = new Probe(agent.Headroom, ulong.MaxValue, ActiveOnly: false);
        agent.Order.Begin(probe);
        for (var visits = 0; visits < MostHeldQueues && agent.Order.Next(probe) is ShapeQueue queue; visits++)
        {
            if (!queue.Shape.VectorRef.FitsIn(agent.Headroom)) continue;
            task = queue.Tasks.First;
            if (task.Item.Gang is not null) continue; // they find their room themselves
            if (HeldRoom(task, wholly, now) is not { } node) continue;
            target = node;
            return true;
        }
        return false;
    }

    /// <summary>A node where an open window of the task's agent makes room for it.</summary>
    private NodeEntry? HeldRoom(TaskEntry task, bool wholly, long now)
    {
        var item = task.Item;
        if (item.Agent.HeldOn is not { Count: > 0 } nodes) return null;
        foreach (var node in nodes)
        {
            if (!node.Indexed || !item.Shape.VectorRef.FitsIn(node.FreeFor(item.Agent))) continue;
            if (wholly && !item.Shape.VectorRef.FitsIn(node.Windows!.HeldFor(item.Agent))) continue;
            if (item.Shape.Terms is { } terms && !(terms.Eligible(node, _capacity.Kinds) && terms.NeighboursAllow(node))) continue;
            if (MayBeOn(task, node) && _book.Allows(node, item.Shape.VectorRef, item.Estimate, now, task.Slot, item.Agent)) return node;
        }
        return null;
    }

    /// <summary>The reservation that holds back room which a request would fit in; null for none.</summary>
    private Reservation? HeldAgainst(TaskEntry task)
    {
        if (_reservations.Live.Count == 0) return null;
        foreach (var node in _capacity.Promisable)
        {
            if (node.Windows is not { } windows || !task.Item.Shape.VectorRef.FitsIn(node.Free + windows.Held)) continue;
            foreach (var piece in windows.Pieces)
                if (piece.Owner.Open && !ReferenceEquals(piece.Owner.Agent, task.Item.Agent)) return piece.Owner;
        }
        return null;
    }
}
