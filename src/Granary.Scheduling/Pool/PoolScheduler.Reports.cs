using Granary.Model;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Retries;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>What a node's agent says of its leases. A report whose lease is not the current one of its task changes nothing.</summary>
    public void Report(IReadOnlyList<TaskReport> reports, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(reports);
        for (var i = 0; i < reports.Count; i++)
            if (IsElsewhere(reports[i].Lease.Task.Number)) throw Moved(reports[i].Lease.Task.Number, "report");
        for (var i = 0; i < reports.Count; i++)
        {
            var report = reports[i];
            if (Current(report.Lease) is not { } task) continue;
            var at = Math.Clamp(Clock.ToMicros(report.At), task.StartedAt != 0 ? task.StartedAt : task.PlacedAt, Math.Max(now, task.PlacedAt));
            switch (report.Kind)
            {
                case ReportKind.Started when task.State == TaskState.Placed:
                    Emit(new PoolEvent(EventKind.Started, at, task.Number, task.Token), events, effects);
                    break;
                case ReportKind.Ended:
                    End(task, report.Exit ?? new ExitInfo { Cause = ExitCause.Unknown, Message = "its end was not seen" }, at, now, events, effects);
                    break;
                case ReportKind.Checkpoint when task.State == TaskState.Running:
                    task.CheckpointAt = Math.Max(task.CheckpointAt, at);
                    break;
                case ReportKind.NotHere:
                    NeverStarted(task, now, events, effects);
                    break;
            }
        }
    }

    /// <summary>The task that the lease is the current one of; null when it was fenced or its task has ended.</summary>
    private TaskEntry? Current(Lease lease)
    {
        if (lease.Task.Pool != _pool || _tasks.Find(lease.Task.Number) is not { } task) return null;
        return task.State is TaskState.Placed or TaskState.Running && task.Token == lease.Token && task.Node!.Host == lease.Node ? task : null;
    }

    private void End(TaskEntry task, ExitInfo exit, long at, long now, EventBatch events, IPoolEffects effects)
    {
        var outcome = OutcomeOf(task, exit);
        var again = outcome switch
        {
            AttemptOutcome.Retry => now + RetryPolicy.Backoff(task.Item.Spec.RetryBackoff, task.RetriesUsed),
            _ => 0,
        };
        var toldWhy = task.Stop == StopMark.Cancelled ? outcome == AttemptOutcome.Cancelled : task.Stop == StopMark.Preempted && outcome == AttemptOutcome.Requeue;
        var reason = toldWhy ? task.Reason : ExitReason.Of(exit);
        Emit(new PoolEvent(EventKind.Ended, at, task.Number, task.Token, again, Count: (int)outcome, Detail: new EndRecord(exit, reason).ToDetail()), events, effects);
        CancelBroken(now, events, effects);
    }

    /// <summary>The node never had a process for the lease: back to the queue, or cancelled when that was asked for.</summary>
    private void NeverStarted(TaskEntry task, long now, EventBatch events, IPoolEffects effects)
    {
        var outcome = task.Stop == StopMark.Cancelled ? AttemptOutcome.Cancelled : AttemptOutcome.Requeue;
        var reason = outcome == AttemptOutcome.Cancelled ? task.Reason : "the node did not have it";
        Emit(new PoolEvent(EventKind.Ended, now, task.Number, task.Token, Count: (int)outcome, Detail: new EndRecord(null, reason).ToDetail()), events, effects);
        CancelBroken(now, events, effects);
    }

    /// <summary>Nobody will say how the attempt ended: the task's policy decides.</summary>
    private void Lose(TaskEntry task, string reason, long now, EventBatch events, IPoolEffects effects)
    {
        var outcome = task.Stop == StopMark.Cancelled ? AttemptOutcome.Cancelled
            : task.Item.Spec.OnLoss == LossPolicy.Retry ? AttemptOutcome.Requeue : AttemptOutcome.Lost;
        Emit(new PoolEvent(EventKind.Ended, now, task.Number, task.Token, Count: (int)outcome,
            Detail: new EndRecord(null, outcome == AttemptOutcome.Cancelled ? task.Reason : reason).ToDetail()), events, effects);
        CancelBroken(now, events, effects);
    }

    private static AttemptOutcome OutcomeOf(TaskEntry task, ExitInfo exit)
    {
        if (exit.Cause == ExitCause.Succeeded) return AttemptOutcome.Succeeded;
        if (task.Stop == StopMark.Cancelled) return AttemptOutcome.Cancelled;
        if (task.Stop == StopMark.Preempted || exit.Cause == ExitCause.Preempted) return AttemptOutcome.Requeue;
        if (exit.Cause == ExitCause.Cancelled) return AttemptOutcome.Cancelled;
        if (task.Item.Gang is { Break: GangBreak.Again }) return AttemptOutcome.Requeue; // one failure of a gang uses one retry, however many members it takes along
        if (exit.Cause == ExitCause.Unknown)
            return task.Item.Spec.OnLoss == LossPolicy.Retry ? AttemptOutcome.Requeue : AttemptOutcome.Lost;
        return task.RetriesUsed < task.Item.Spec.Retries ? AttemptOutcome.Retry : AttemptOutcome.Failed;
    }
}
