using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>A better node must finish a task in at most this part of the time that the best at hand takes: predictions are not that exact.</summary>
    private const double WorthWaiting = 0.85;

    /// <summary>Nodes of a kind that are looked at for when one will have room.</summary>
    private const int WaitSample = 8;

    /// <summary>No task is kept waiting for longer than this many of its run times on the best node at hand.</summary>
    private const double MostPatience = 2;

    private readonly PriorityQueue<Shape, (long At, int Id)> _patient = new();

    /// <summary>
    /// Whether the task should rather wait for a node of a kind that serves it faster: where its start there, behind all like it that wait,
    /// and its run are predicted to be over earlier. With a long queue the slower node is taken; the threshold is that of Lin and Kumar
    /// (Optimal Control of a Queueing System with Two Heterogeneous Servers, 1984).
    /// </summary>
    private bool ShouldWait(TaskEntry task, NodeEntry best, long now)
    {
        if (!_scorer.MayWait || !_capacity.Kinds.Active || _capacity.Kinds.Kinds.Count < 2 || task.Slot is { Due: true }) return false;
        var (item, shape) = (task.Item, task.Item.Shape);
        var here = RunSeconds(item, best.Spec.Traits).Hope; // what is little known is tried, not waited away
        if (now - task.ReadySince > here * MostPatience * Clock.Second) return false;
        var wake = long.MaxValue;
        foreach (var kind in shape.Terms is { } terms ? terms.Eligible(_capacity.Kinds) : _capacity.Kinds.Kinds)
        {
            if (ReferenceEquals(kind, best.Kind) || kind.Nodes.Count == 0) continue;
            var there = RunSeconds(item, kind.Traits).Seconds;
            if (there > here * WorthWaiting) continue;
            var (start, slots) = EarliestStart(task, kind.Nodes, now);
            if (start == long.MaxValue) continue;
            var queued = Math.Max(0, shape.Waiting - 1) * there / slots;
            if (((start - now) / (double)Clock.Second) + queued + there < here * WorthWaiting) wake = Math.Min(wake, start);
        }
        if (wake == long.MaxValue) return false;
        // Looked at again when that node should be free, and soon when it is late.
        wake = Math.Max(wake, now + Math.Max(Clock.Second / 100, (long)(here * Clock.Second / 16)));
        (shape.DeclinedEpoch, shape.DeclinedNode) = (_capacity.Epoch, best);
        if (wake < shape.WakeAt || shape.WakeAt <= now)
        {
            shape.WakeAt = wake;
            _patient.Enqueue(shape, (wake, shape.Id));
        }
        return true;
    }

    /// <summary>When one of some nodes of a kind will have room, and how many such tasks the kind runs at once.</summary>
    private (long Start, double Slots) EarliestStart(TaskEntry task, List<NodeEntry> nodes, long now)
    {
        ref readonly var vector = ref task.Item.Shape.VectorRef;
        var earliest = long.MaxValue;
        double slots = 0;
        var looked = 0;
        var first = (int)((ulong)_lastToken % (ulong)nodes.Count);
        for (var i = 0; i < nodes.Count && looked < WaitSample; i++)
        {
            var node = nodes[(first + i) % nodes.Count];
            if (node.State != NodeState.Ready || !vector.FitsIn(node.Capacity)) continue;
            looked++;
            slots += SlotsOf(node.Capacity, vector);
            _book.Profile.Build(node, now, task.Slot, task.Item.Agent);
            var start = _book.Profile.Earliest(vector, task.Item.Estimate, now);
            if (start >= 0) earliest = Math.Min(earliest, start);
        }
        return (earliest, looked == 0 ? 1 : Math.Max(1, slots * nodes.Count / looked));
    }

    private static double SlotsOf(in ResourceVector capacity, in ResourceVector asked)
    {
        double slots = double.PositiveInfinity;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (asked[lane] > 0) slots = Math.Min(slots, capacity[lane] / asked[lane]);
        return double.IsPositiveInfinity(slots) ? 1 : slots;
    }

    /// <summary>What waits for a better node is looked at again when that should be there.</summary>
    private void TryPatientAnew(long now)
    {
        while (_patient.TryPeek(out var shape, out var due) && due.At <= now)
        {
            _patient.Dequeue();
            if (due.At != shape.WakeAt) continue;
            shape.WakeAt = 0;
            TryAnew(shape);
        }
    }

    private long NextPatience()
    {
        while (_patient.TryPeek(out var shape, out var due))
        {
            if (due.At == shape.WakeAt && shape.Queues.Count > 0) return due.At;
            if (due.At == shape.WakeAt) shape.WakeAt = 0;
            _patient.Dequeue();
        }
        return long.MaxValue;
    }
}
