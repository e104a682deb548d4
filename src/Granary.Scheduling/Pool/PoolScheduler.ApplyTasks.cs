using Granary.Model;
using Granary.Scheduling.Durations;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Learning;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What events make of tasks: admitted, queued, placed, started, stopped, ended.</summary>
public sealed partial class PoolScheduler
{
    private void ApplyAdmitted(AdmittedItem admitted, long first, int count, long at, IPoolEffects effects)
    {
        var spec = admitted.Spec;
        _lanes.Learn(spec.Resources);
        var item = AddItem(admitted, first, count, at, spec.Deadline is { } deadline ? at + Clock.ToMicros(deadline) : 0);
        item.Live = item.Remaining = count;
        _capacity.Demand.Add(item.Shape.VectorRef, count);
        item.Agent.Arrivals.Add(at);
        _capture?.Added(first, count);
        for (var number = first; number < first + count; number++)
        {
            var task = new TaskEntry(item, number) { ReadySince = at };
            _tasks.Add(task);
        }
        _nextNumber = Math.Max(_nextNumber, first + count);
        _graph.Attach(item);
        item.Release = ReleaseOf(item, at);
        for (var number = first; number < first + count; number++)
        {
            var task = _tasks.Find(number)!;
            AddQueued(task);
            WatchDeadline(task);
            if (effects.WantsChanges) effects.Changed(ChangeOf(task, TaskState.Queued, "", at));
        }
        if (item.Agent.Ready > 0 && ReferenceEquals(((Ordering.ShapeQueue)item.Agent.Order.First).Tasks.First.Item, item)) EndRest(item.Agent);
    }

    private ItemEntry AddItem(AdmittedItem admitted, long first, int count, long submitted, long deadline)
    {
        var spec = admitted.Spec;
        var agent = _order.Find(spec.Agent)!;
        _lowestPriority = Math.Min(_lowestPriority, spec.Priority);
        _highestPriority = Math.Max(_highestPriority, spec.Priority);
        var gang = count > 1 && spec.Terms is { Gang: true };
        var shape = _shapes.Take(_lanes.ToVector(spec.Resources), admitted.Estimate, gang ? count : 1, TermsOf(spec), _scorer.MayWait ? RunClass.Of(spec) : default);
        var item = new ItemEntry
        {
            Spec = spec,
            Queue = _order.TakeQueue(agent, shape),
            First = first,
            Count = count,
            Submitted = submitted,
            Deadline = deadline,
            Estimate = admitted.Estimate,
            After = admitted.After,
            AfterItems = admitted.AfterItems,
            Bytes = Admission.PoolLimits.BytesOf(spec),
        };
        _specBytes += item.Bytes;
        if (gang) item.Gang = new GangEntry(item);
        return item;
    }

    /// <summary>When what an item waits for should have ended, by their own estimates; <paramref name="now"/> when it waits for nothing.</summary>
    private long ReleaseOf(ItemEntry item, long now)
    {
        if (item.Pending == 0 || item.Deadline == 0) return now;
        var release = now;
        foreach (var number in item.After) release = Math.Max(release, EndOf(_tasks.Find(number), now));
        foreach (var run in item.AfterItems) release = Math.Max(release, EndOf(_tasks.Find(run.First), now));
        return release;
    }

    private static long EndOf(TaskEntry? task, long now) => task is null ? now
        : task.State == TaskState.Queued ? Math.Max(now, task.Item.Release) + task.Item.Estimate : task.ExpectedEnd(now);

    /// <summary>The task is in state Queued: it is ready, or waits for others or for its back-off.</summary>
    private void AddQueued(TaskEntry task)
    {
        _queued++;
        task.Settled = false;
        task.Item.Agent.Queued++;
        if (task.Item.Deadline > 0 && task.Slot is null) _book.Add(task, guard: false);
        if (task.Item.Gang is { } gang) JoinGang(gang);
        else if (task.Item.Pending > 0) _waitingForDependencies++;
        else if (task.NotBefore > 0) _backoff.Add(task);
        else _order.Enqueue(task, _capacity.Epoch);
    }

    /// <summary>The task leaves state Queued.</summary>
    private void RemoveQueued(TaskEntry task)
    {
        _queued--;
        _drain.Left();
        task.Item.Agent.Queued--;
        if (task.Item.Gang is { } gang) LeaveGang(gang);
        else if (task.HeapIndex >= 0) _order.Dequeue(task);
        else if (task.InBackoff) _backoff.Forget(task);
        else _waitingForDependencies--;
        task.Settled = DropClaim(task);
        if (task.Slot is not null && _book.Remove(task) is { } node) _capacity.MarkFreed(node);
    }

    private void ApplyPlaced(TaskEntry task, NodeEntry node, long token, long at, IPoolEffects effects)
    {
        var agent = task.Item.Agent;
        _capture?.Keep(task);
        RemoveQueued(task);
        EndMove(task);
        task.State = TaskState.Placed;
        task.Stop = StopMark.None;
        task.Attempt++;
        task.Token = token;
        task.Node = node;
        task.PlacedAt = at;
        task.StartedAt = 0;
        task.CheckpointAt = 0;
        task.NotBefore = 0;
        task.Reason = "";
        _lastToken = token;
        _decisions++;
        _placed++;
        agent.Placed++;
        agent.LastPlacedAt = at;
        agent.Feedback?.Waited(at - task.ReadySince);
        if (task.Item.Queue is { PassedSince: not 0, Tasks.Count: > 0 } queue)
        {
            queue.PassedSince = at;
            _starving.Watch(queue, at);
        }
        if (node.Measured is not null) BeginMeasured(task, node);
        _capacity.Grant(node, task);
        _order.Hold(agent, task.Item.Shape.VectorRef, 1);
        _order.Serve(agent, task.Item.Shape.VectorRef, task.Item.Estimate);
        _order.Place(agent);
        if (task.Item.Gang is { } gang) StartGang(gang, effects);
        else effects.Start(GrantOf(task));
        if (effects.WantsChanges) effects.Changed(ChangeOf(task, TaskState.Placed, "", at));
    }

    private void ApplyStarted(TaskEntry task, long at, IPoolEffects effects)
    {
        _capture?.Keep(task);
        task.State = TaskState.Running;
        task.StartedAt = at;
        _placed--;
        _running++;
        task.Item.Agent.Placed--;
        task.Item.Agent.Running++;
        if (effects.WantsChanges) effects.Changed(ChangeOf(task, TaskState.Running, "", at));
    }

    private void ApplyStop(TaskEntry task, ExitCause cause, string reason, IPoolEffects effects)
    {
        if (task.Stop == StopMark.None) CountLeaving(task, 1);
        if (task is { Spare: true, Stop: StopMark.None } && cause != ExitCause.Cancelled) _spareStops++;
        _capture?.Keep(task);
        task.Stop = cause == ExitCause.Cancelled ? StopMark.Cancelled : StopMark.Preempted;
        task.Reason = reason;
        if (task.Item.Gang is { } gang) BreakGang(gang, cause == ExitCause.Cancelled ? GangBreak.Over : GangBreak.Again, task, reason);
        effects.Stop(StopOf(task));
    }

    private void ApplyEnded(TaskEntry task, AttemptOutcome outcome, in EndRecord end, long at, long again, IPoolEffects effects)
    {
        var (item, agent, node) = (task.Item, task.Item.Agent, task.Node!);
        _capture?.Keep(task);
        if (task.State == TaskState.Placed)
        {
            _placed--;
            agent.Placed--;
        }
        else
        {
            _running--;
            agent.Running--;
        }
        _decisions++;
        if (task.Stop != StopMark.None) CountLeaving(task, -1);
        _planLoose |= at + RunTime.Least < (task.StartedAt != 0 ? task.StartedAt : task.PlacedAt) + item.Estimate;
        if (node.Measured is not null) EndMeasured(task, node);
        _capacity.Release(node, task);
        _order.Hold(agent, item.Shape.VectorRef, -1);
        _order.Correct(agent, item.Shape.VectorRef, at - task.PlacedAt - item.Estimate);
        task.LastExit = end.Exit;
        task.Reason = end.Reason;
        if (agent.HasGuarantee) agent.SeekAt = agent.SeekPause = 0;
        if (item.Gang is { } gang) MemberEnded(gang, task, outcome);
        if (outcome is AttemptOutcome.Retry or AttemptOutcome.Requeue)
        {
            if (outcome == AttemptOutcome.Retry) task.RetriesUsed++;
            if (effects.WantsChanges && task.Stop == StopMark.Preempted) effects.Changed(ChangeOf(task, TaskState.Preempted, end.Reason, at));
            task.State = TaskState.Queued;
            task.Stop = StopMark.None;
            task.NotBefore = again;
            task.ReadySince = Math.Max(at, again);
            AddQueued(task);
            _order.Place(agent);
            if (item.Deadline > 0) _planStale = true;
            if (effects.WantsChanges) effects.Changed(ChangeOf(task, TaskState.Queued, end.Reason, at));
            return;
        }
        if (outcome == AttemptOutcome.Succeeded) Learn(task, at);
        if (outcome == AttemptOutcome.Succeeded && task.StartedAt != 0) agent.Durations.Add(item.Spec.Name, Math.Max(1, at - task.StartedAt), at);
        var state = outcome switch
        {
            AttemptOutcome.Succeeded => TaskState.Succeeded,
            AttemptOutcome.Failed => TaskState.Failed,
            AttemptOutcome.Lost => TaskState.Lost,
            _ => TaskState.Cancelled,
        };
        Finish(task, state, end.Reason, at, effects);
        _order.Place(agent);
    }

    private void ApplyUnstarted(in PoolEvent e, TaskState state, IPoolEffects effects)
    {
        for (var number = e.Number; number < e.Number + e.Count; number++)
        {
            var task = Live(number);
            _planLoose = true;
            RemoveQueued(task);
            if (task.Item.Gang is { } gang) BreakGang(gang, GangBreak.Over, task, (string)e.Detail!);
            Finish(task, state, (string)e.Detail!, e.At, effects);
            _order.Place(task.Item.Agent);
        }
    }

    /// <summary>The task is final and leaves memory; its last view is told.</summary>
    private void Finish(TaskEntry task, TaskState state, string reason, long at, IPoolEffects effects)
    {
        var item = task.Item;
        _capture?.Keep(task);
        EndMove(task);
        if (_arrived.Count > 0) _arrived.Remove(task.Number);
        task.State = state;
        Count(task, state, at);
        if (effects.WantsFinished) effects.Finished(ViewOf(task, state, reason, at));
        if (effects.WantsChanges) effects.Changed(ChangeOf(task, state, reason, at));
        _tasks.Remove(task);
        ForgetMarks(task);
        item.Live--;
        if (state == TaskState.Succeeded)
            foreach (var released in _graph.Complete(task)) Ready(released, at);
        else
            _graph.Fail(task);
        if (item.Live > 0)
        {
            if (item.Gang is { } gang) Gather(gang);
            return;
        }
        Drop(item);
    }

    /// <summary>The last of the item's tasks has left memory.</summary>
    private void Drop(ItemEntry item)
    {
        _specBytes -= item.Bytes;
        Ordering.OrderTree.ReleaseQueue(item.Queue);
        if (_shapes.Release(item.Shape) && item.Shape.Terms is { } terms) _capacity.Terms.Release(terms, item.Shape);
    }

    private static void Count(TaskEntry task, TaskState state, long at)
    {
        var item = task.Item;
        var counts = item.Agent.Counts;
        switch (state)
        {
            case TaskState.Succeeded: counts.Succeeded++; break;
            case TaskState.Failed: counts.Failed++; break;
            case TaskState.Cancelled: counts.Cancelled++; break;
            case TaskState.Rejected: counts.Rejected++; break;
            case TaskState.Lost: counts.Lost++; break;
        }
        if (item.Deadline == 0 || state is TaskState.Rejected or TaskState.Cancelled) return;
        var kept = state == TaskState.Succeeded && at <= item.Deadline;
        if (kept) counts.DeadlinesKept++;
        if (kept && task.Missed) counts.DeadlinesMissed--; // it was in time, and only the news of it was not
        else if (!kept && !task.Missed) counts.DeadlinesMissed++;
        if (item.Agent.Feedback is not { } feedback) return;
        if (kept) feedback.Kept++;
        else feedback.Missed++;
    }

    /// <summary>What an item waited for has succeeded: its members are ready.</summary>
    private void Ready(ItemEntry item, long at)
    {
        for (var number = item.First; number < item.First + item.Count; number++)
        {
            if (_tasks.Find(number) is not { State: TaskState.Queued } task) continue;
            _waitingForDependencies--;
            _capture?.Keep(task);
            task.ReadySince = at;
            if (item.Gang is null) _order.Enqueue(task, _capacity.Epoch);
            else _gangsHeld++;
        }
        if (item.Gang is { } gang) Gather(gang);
    }
}
