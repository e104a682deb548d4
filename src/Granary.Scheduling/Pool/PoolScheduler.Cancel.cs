using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>
    /// Cancels tasks: what waits is cancelled at once; what has a lease is told to stop, and is cancelled when its end is reported
    /// (or succeeded, when it was faster). May be repeated.
    /// </summary>
    public CancelReply Cancel(CancelRequest request, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        List<long> accepted = [], finished = [], unknown = [];
        var reason = string.IsNullOrWhiteSpace(request.Reason) ? "cancelled by request" : request.Reason;
        foreach (var number in request.Numbers)
        {
            if (_tasks.Find(number) is not { } task)
            {
                (number > 0 && number < _nextNumber && !IsElsewhere(number) ? finished : unknown).Add(number);
                continue;
            }
            accepted.Add(number);
            if (task.State == TaskState.Queued)
            {
                Emit(new PoolEvent(EventKind.Cancelled, now, number, Count: 1, Detail: reason), events, effects);
                CancelBroken(now, events, effects);
            }
            else if (task.Stop == StopMark.Cancelled)
                effects.Stop(StopOf(task)); // the first order to stop may have been lost
            else
                Emit(new PoolEvent(EventKind.StopIssued, now, number, task.Token, (long)ExitCause.Cancelled, Detail: reason), events, effects);
        }
        return new CancelReply(accepted, finished, unknown);
    }

    /// <summary>The order to stop what is told to: with the pool's grace where it is for another task's sake.</summary>
    private StopLease StopOf(TaskEntry task) => task.Stop == StopMark.Cancelled ? new StopLease(LeaseOf(task), ExitCause.Cancelled)
        : new StopLease(LeaseOf(task), ExitCause.Preempted, task.LastPreemption is { } mark && Clock.ToMicros(mark.At) >= task.PlacedAt ? Preemption.Grace : null);

    private Lease LeaseOf(TaskEntry task) => new(IdOf(task.Number), task.Node!.Host, task.Attempt, task.Token);
}
