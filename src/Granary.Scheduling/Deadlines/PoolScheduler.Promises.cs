using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What promises rest on, and what happens to those that are missed.</summary>
public sealed partial class PoolScheduler
{
    private readonly PriorityQueue<TaskEntry, (long, long)> _deadlines = new();

    /// <summary>Live items whose promises rest on past runs.</summary>
    private readonly HashSet<ItemEntry> _based = [];

    /// <summary>Live tasks whose deadline has passed.</summary>
    private readonly HashSet<TaskEntry> _missed = [];

    /// <summary>The promises that would be missed as things stand, earliest deadline first; see <see cref="ReservationBook.Endangered"/>.</summary>
    internal IReadOnlyList<EndangeredPromise> EndangeredPromises(long now, long ahead = 0) => _book.Endangered(now, ahead);

    /// <summary>With which probability the run time of a promise should be long enough.</summary>
    private double PromiseConfidence => Promises.Confidence ?? _options.DurationQuantile;

    /// <summary>Says what the promise of an item rests on, when its submitter did not say how long it runs.</summary>
    private void NoteBasis(NumberRun run, long now, EventBatch events, IPoolEffects effects, List<string> notes)
    {
        if (_tasks.Find(run.First)?.Item is not { } item || item.Spec.Duration is not null) return;
        var (confidence, runs) = item.Agent.Durations.Trust(item.Spec.Name, PromiseConfidence);
        Emit(new PoolEvent(EventKind.Promised, now, run.First, Value: (long)Math.Floor(confidence * 1000), Node: runs, Count: run.Count), events, effects);
        notes.Add($"{(run.Count > 1 ? "deadlines" : "a deadline")} of {(item.Spec.Name.Length > 0 ? item.Spec.Name : "a task")} {BasisText(item)}");
    }

    private string BasisText(ItemEntry item) => item.Basis is not { } basis ? "promised for the run time that was stated"
        : basis.Runs == 0 ? $"promised with no stated confidence: no past runs, {Clock.Text(item.Estimate)} assumed; state --duration"
        : FormattableString.Invariant($"promised with {Math.Floor(basis.Confidence * 100):0}% confidence from {basis.Runs} past runs ({Clock.Text(item.Estimate)})");

    private void ApplyPromised(ItemEntry item, PromiseBasis basis)
    {
        item.Basis = basis;
        _based.Add(item);
    }

    /// <summary>The task has left memory, and with the last of its item that.</summary>
    private void ForgetMarks(TaskEntry task)
    {
        if (task.LastPreemption is not null) _preempted.Remove(task);
        if (task.Missed) _missed.Remove(task);
        if (task.Item is { Live: 1, Basis: not null } item) _based.Remove(item);
    }

    /// <summary>A task whose deadline is to be looked at when it comes.</summary>
    private void WatchDeadline(TaskEntry task)
    {
        if (task.Item.Deadline > 0 && !task.Missed) _deadlines.Enqueue(task, (task.Item.Deadline, task.Number));
    }

    private long NextDeadline()
    {
        while (_deadlines.TryPeek(out var task, out var due))
        {
            if (ReferenceEquals(_tasks.Find(task.Number), task)) return due.Item1 + 1;
            _deadlines.Dequeue();
        }
        return long.MaxValue;
    }

    /// <summary>
    /// Deadlines that have passed are counted as missed. What still waits is planned anew at the earliest, and stays first in order (its deadline is the
    /// earliest); or it is cancelled, when the pool says so. What runs goes on.
    /// </summary>
    private void MissDeadlines(long now, EventBatch events, IPoolEffects effects)
    {
        while (_deadlines.TryPeek(out var task, out var due) && due.Item1 < now)
        {
            _deadlines.Dequeue();
            if (!ReferenceEquals(_tasks.Find(task.Number), task) || task.Missed) continue;
            Emit(new PoolEvent(EventKind.PromiseMissed, now, task.Number), events, effects);
            if (task.State != TaskState.Queued) continue;
            if (Promises.OnMiss == PromisePolicy.Cancel)
            {
                Emit(new PoolEvent(EventKind.Cancelled, now, task.Number, Count: 1, Detail: "its deadline passed while it waited, and the pool cancels what is late"), events, effects);
                CancelBroken(now, events, effects);
            }
            else if (task is { Item.Gang: { InOrder: true } gang, Claim: null })
            {
                if (ReferenceEquals(gang.Head, task)) ReserveForGang(gang, now, anew: true);
            }
            else if (task is { HeapIndex: >= 0, Slot.Guard: false, Claim: null } && EarliestRoom(task, now) is { } room)
                _book.Put(task.Slot!, room.Node, room.Start, room.Start + task.Item.Estimate);
        }
    }

    private void ApplyMissed(TaskEntry task)
    {
        task.Missed = true;
        _missed.Add(task);
        task.Item.Agent.Counts.DeadlinesMissed++;
    }

    /// <summary>The promise of a live task; null for a task without a deadline.</summary>
    private PromiseView? PromiseOf(TaskEntry task)
    {
        var item = task.Item;
        if (item.Deadline == 0) return null;
        return new PromiseView
        {
            Confidence = item.Basis is { Runs: > 0 } basis ? basis.Confidence : null,
            Runs = item.Basis?.Runs ?? 0,
            Declared = item.Spec.Duration is not null,
            Estimate = Clock.ToSpan(item.Estimate),
            PlannedStart = task.State == TaskState.Queued && task.Slot is { Node: not null } slot ? Clock.ToTime(slot.Start) : null,
            Missed = task.Missed,
            Note = task.Missed ? $"missed; {(task.State == TaskState.Queued ? "it starts as soon as it can, before others" : "it runs to its end")}" : BasisText(item),
        };
    }

    private void WritePromises(ref JournalWriter w)
    {
        w.Unsigned((ulong)_based.Count);
        foreach (var item in _based.OrderBy(i => i.First))
        {
            w.Number(item.First);
            w.Number(item.Count);
            w.Number((long)Math.Floor(item.Basis!.Confidence * 1000));
            w.Number(item.Basis.Runs);
        }
        w.Unsigned((ulong)_missed.Count);
        foreach (var task in _missed.OrderBy(t => t.Number)) w.Number(task.Number);
    }

    private void ReadPromises(ref JournalReader r)
    {
        for (var items = r.Count(); items > 0; items--)
        {
            var (first, count, confidence, runs) = (r.Number(), r.Int(), r.Number(), r.Int());
            for (var number = first; number < first + count; number++)
            {
                if (_tasks.Find(number) is not { } task) continue;
                ApplyPromised(task.Item, new PromiseBasis(confidence / 1000.0, runs));
                break;
            }
        }
        for (var missed = r.Count(); missed > 0; missed--)
            if (_tasks.Find(r.Number()) is { } task)
            {
                task.Missed = true;
                _missed.Add(task);
            }
    }
}
