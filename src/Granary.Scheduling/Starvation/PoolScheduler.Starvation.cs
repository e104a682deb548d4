using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>On how many nodes a reservation against starvation is tried out, the emptiest first.</summary>
    private const int GuardCandidates = 32;

    /// <summary>
    /// Gives tasks that were passed over too long a reservation where they can start earliest, so that a stream of small tasks cannot keep a
    /// large one waiting: others may go first only where they do not delay it. Source: Lifka, EASY backfilling, 1995.
    /// </summary>
    /// <returns>True when a reservation begins at once.</returns>
    private bool ReserveForStarving(long now)
    {
        var begun = false;
        while (MayReserve && _starving.TakeStarving(now) is { } queue)
        {
            var task = queue.Tasks.First;
            if (task.Item.Gang is { } gang)
            {
                begun |= ReserveForGang(gang, now);
                continue;
            }
            if (task.Slot is not null) continue;
            if (!queue.Shape.VectorRef.FitsIn(queue.Agent.Headroom)
                || EarliestRoom(task, now) is not { } room)
            {
                _starving.Postpone(queue, now + GuardPause);
                continue;
            }
            var slot = _book.Add(task, guard: true);
            _book.Put(slot, room.Node, room.Start, room.Start + task.Item.Estimate);
            begun |= room.Start <= now;
        }
        return begun;
    }

    /// <summary>
    /// With a guard of zero the order is strict: whatever comes first and does not fit is reserved for before anything behind it is looked at, so
    /// everything is walked in order instead of what fits the freed nodes alone.
    /// </summary>
    private void TryEverythingAnew()
    {
        var any = false;
        for (; _capacity.NextFreed() is { } node; any = true) _capacity.Settled(node);
        if (!any) return;
        foreach (var agent in _order.Agents)
        {
            if (agent.Ready == 0) continue;
            agent.Recheck = true;
            _order.Settle(agent);
        }
    }

    /// <summary>After how long a reservation that cannot be made is tried again.</summary>
    private long GuardPause => Math.Max(Clock.Second / 10, _guard / 4);

    private bool MayReserve => _book.Guards - _claims.Count < _mostGuards;

    /// <summary>When a task will have waited too long; while all reservations are taken, one that ends brings the next look.</summary>
    private long NextGuard() => MayReserve ? _starving.NextDue : long.MaxValue;

    private (NodeEntry Node, long Start)? EarliestRoom(TaskEntry task, long now)
    {
        (NodeEntry Node, long Start)? best = null;
        var candidates = GuardCandidates;
        var cursor = default(NodeIndex.Cursor);
        while (_capacity.Index.NextDown(ref cursor) is { } node)
        {
            if (!task.Item.Shape.CouldUse(node)) continue;
            _book.Profile.Build(node, now, task.Slot, task.Item.Agent);
            var start = _book.Profile.Earliest(task.Item.Shape.VectorRef, task.Item.Estimate, now);
            if (start >= 0 && (best is null || start < best.Value.Start)) best = (node, start);
            if (--candidates == 0) break;
        }
        return best;
    }
}
