using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Conservative backfilling (Mu'alem and Feitelson, 2001): whatever waits, up to a depth in order, holds a reservation where it can start earliest, and
/// what comes later starts only where it delays none of them. When something ends early the plan is compressed from its front: a reservation only
/// ever moves to an earlier start.
/// </summary>
public sealed partial class PoolScheduler
{
    /// <summary>So many tasks hold reservations; what stands behind them in order backfills.</summary>
    internal const int PlanDepth = 1000;

    /// <summary>So many reservations one call makes; it comes again for more.</summary>
    private const int MostPlannedAtOnce = 128;

    /// <summary>So many reservations, the first to start, are moved ahead when something ended early.</summary>
    private const int MostCompressed = 64;

    private readonly SortedSet<(long Start, long Number)> _planned = [];
    private bool _planLoose;
    private long _plannedAt = -1;

    /// <summary>When the task's reservation begins; null when it holds none.</summary>
    internal long? PlannedStart(long number) => _tasks.Find(number)?.Slot is { Node: not null } slot ? slot.Start : null;

    /// <summary>Keeps the plan: everything that waits and holds no reservation gets one, in order. Returns how many placements are left; -1 to come again at once.</summary>
    private int PlaceByPlan(long now, EventBatch events, IPoolEffects effects, int left)
    {
        Forget();
        if (_planLoose) Compress(now);
        if (_plannedAt == _changes || _planned.Count >= PlanDepth) return left;
        if (_planned.Count > PlanDepth - PlanDepth / 8 && _queued > PlanDepth) return left; // the whole queue is read: not for each that starts
        var made = 0;
        foreach (var task in FirstInOrder(PlanDepth - _planned.Count, now))
        {
            if (left == 0) return left;
            if (made == MostPlannedAtOnce) return -1;
            if (!MayStart(task)) continue;
            if (task.Item.Gang is { } gang)
            {
                if (gang.Head!.Slot is not null) continue;
                if (ReserveForGang(gang, now)) return -1; // due at once
                if (gang.Head!.Slot is not { Node: not null } first) continue;
                _planned.Add((first.Start, gang.Head!.Number));
                made++;
                continue;
            }
            if (EarliestRoom(task, now) is not { } room) continue;
            if (room.Start <= now && (room.Node.Measured is null || task.Item.Shape.VectorRef.FitsIn(room.Node.FreeFor(task.Item.Agent))))
            {
                Place(task, room.Node, now, events, effects);
                left--;
                made++;
                continue;
            }
            if (task.Slot is { } promise)
            {
                // A promise's room is as late as it may be: in its turn it is moved ahead like the rest.
                if (promise.Node is null || room.Start < promise.Start) _book.Put(promise, room.Node, room.Start, room.Start + task.Item.Estimate);
                promise.Early = true;
                made++;
                continue;
            }
            var slot = _book.Add(task, guard: true);
            slot.Planned = true;
            _book.Put(slot, room.Node, room.Start, room.Start + task.Item.Estimate);
            _planned.Add((room.Start, task.Number));
            made++;
        }
        _plannedAt = _changes;
        return left;
    }

    /// <summary>Forgets reservations that were used or taken away.</summary>
    private void Forget() => _planned.RemoveWhere(p => _tasks.Find(p.Number)?.Slot is not { Guard: true, Node: not null } slot || slot.Start != p.Start);

    private void Compress(long now)
    {
        _planLoose = false;
        var looked = 0;
        foreach (var (start, number) in _planned.ToArray())
        {
            if (looked++ == MostCompressed) break;
            var task = _tasks.Find(number)!;
            if (task.Item.Gang is not null || task.Slot!.Due || EarliestRoom(task, now) is not { } room || room.Start >= start) continue;
            _planned.Remove((start, number));
            _planned.Add((room.Start, number));
            _book.Put(task.Slot, room.Node, room.Start, room.Start + task.Item.Estimate);
        }
        if (_book.Advance(now)) _dueTried = -1;
    }

    /// <summary>
    /// The first tasks without a reservation in the order in which they would start one after another: by submission for fifo, by class and priority for
    /// priority, else agents in turns, each time the one of the highest class with the smallest weighted share of what it holds and is planned before.
    /// </summary>
    private List<TaskEntry> FirstInOrder(int most, long now)
    {
        var fifo = _order.Rules.Strategy == PoolStrategy.Fifo;
        var priority = _order.Rules.Strategy == PoolStrategy.Priority;
        var turns = new PriorityQueue<(List<TaskEntry> Tasks, int Next, ResourceTotals Used), (int Level, double Value, long Number)>();
        foreach (var agent in _order.Agents)
        {
            if (agent.Ready == 0) continue;
            var tasks = FirstOf(agent, most);
            if (tasks.Count > 0) turns.Enqueue((tasks, 0, agent.Used), Key(tasks[0], agent.Used));
        }
        var first = new List<TaskEntry>(Math.Min(most, 256));
        while (first.Count < most && turns.TryDequeue(out var turn, out _))
        {
            var task = turn.Tasks[turn.Next];
            if (task.Slot is not { Node: not null, Guard: true } and not { Node: not null, Early: true }) first.Add(task);
            if (turn.Next + 1 == turn.Tasks.Count) continue;
            var used = turn.Used + task.Item.Shape.VectorRef;
            turns.Enqueue((turn.Tasks, turn.Next + 1, used), Key(turn.Tasks[turn.Next + 1], used));
        }
        return first;

        (int, double, long) Key(TaskEntry task, in ResourceTotals used)
        {
            if (fifo) return (0, 0, task.Number);
            var level = -_order.Rules.LevelOf(task.Item.Agent, now);
            if (_order.Rules.Strategy == PoolStrategy.Sla && task.Item.Deadline != 0) return (level, double.MinValue, task.Item.Deadline);
            return priority ? (level, -task.Item.Spec.Priority, task.Number)
                : (level, used.DominantShare(_order.Basis) / task.Item.Agent.EffectiveWeight, task.Number);
        }
    }

    /// <summary>An agent's first tasks in its own order.</summary>
    private List<TaskEntry> FirstOf(AgentEntry agent, int most)
    {
        var tasks = new List<(long Key, TaskEntry Task)>();
        foreach (var item in agent.Order.Items)
        {
            var queue = (ShapeQueue)item;
            // A heap's first k lie anywhere in it: the k with the least keys are kept while it is read through.
            for (var i = 0; i < queue.Tasks.Count; i++)
                tasks.Add((_order.Rules.SortKey(queue.Tasks[i]), queue.Tasks[i]));
        }
        tasks.Sort((a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Task.Number.CompareTo(b.Task.Number));
        return [.. tasks.Take(most).Select(t => t.Task)];
    }
}
