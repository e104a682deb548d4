using Granary.Model;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Gangs wait as one: when all live members are queued, one of them, the head, stands in the order for all. They are placed in one go or not
/// at all. When one stops or fails, the others are stopped too.
/// </summary>
public sealed partial class PoolScheduler
{
    private readonly List<GangEntry> _brokenGangs = [];
    private int _gangsHeld; // members that wait for others of their gang to end, or for its back-off, beside its head

    private IEnumerable<TaskEntry> MembersOf(GangEntry gang)
    {
        for (var number = gang.Item.First; number < gang.Item.First + gang.Item.Count; number++)
            if (_tasks.Find(number) is { } member) yield return member;
    }

    /// <summary>A member is queued.</summary>
    private void JoinGang(GangEntry gang)
    {
        gang.Waiting++;
        if (gang.Item.Pending > 0) _waitingForDependencies++;
        else _gangsHeld++;
        Gather(gang);
    }

    /// <summary>A member stops being queued: the gang leaves the order.</summary>
    private void LeaveGang(GangEntry gang)
    {
        if (gang.Head is { } head)
        {
            if (head.HeapIndex >= 0)
            {
                _order.Dequeue(head);
                _gangsHeld += gang.Waiting;
            }
            else
            {
                _backoff.Forget(head);
                _gangsHeld++;
            }
            gang.Head = null;
        }
        if (gang.Item.Pending > 0) _waitingForDependencies--;
        else _gangsHeld--;
        gang.Waiting--;
    }

    /// <summary>When all live members are queued and nothing else holds them back, the gang waits for room.</summary>
    private void Gather(GangEntry gang)
    {
        if (gang.Head is not null || gang.Waiting == 0 || gang.Waiting < gang.Item.Live || gang.Item.Pending > 0 || gang.Break == GangBreak.Over) return;
        TaskEntry? head = null;
        foreach (var member in MembersOf(gang))
            if (head is null || member.NotBefore > head.NotBefore) head = member;
        gang.Head = head;
        gang.Break = GangBreak.None;
        gang.Nodes = null;
        _gangsHeld--;
        if (head!.NotBefore > 0) _backoff.Add(head);
        else EnterOrder(head);
    }

    /// <summary>The task, or the gang that it is the head of, waits for room from now on.</summary>
    private void EnterOrder(TaskEntry task)
    {
        if (task.Item.Gang is { } gang)
        {
            _gangsHeld -= gang.Waiting - 1;
            gang.Short = 0;
        }
        _order.Enqueue(task, _capacity.Epoch);
    }

    /// <summary>A member was placed; with the last of them all are told to start, each with the nodes of all.</summary>
    private void StartGang(GangEntry gang, IPoolEffects effects)
    {
        if (gang.Waiting > 0) return;
        gang.Break = GangBreak.None;
        gang.Nodes = null;
        foreach (var member in MembersOf(gang)) effects.Start(GrantOf(member));
    }

    private string[] NodesOf(GangEntry gang)
    {
        if (gang.Nodes is { } known) return known;
        var nodes = new string[gang.Item.Count];
        Array.Fill(nodes, "");
        foreach (var member in MembersOf(gang))
            if (member.State != TaskState.Queued) nodes[member.Index] = member.Node!.Host;
        return gang.Nodes = nodes;
    }

    private void MemberEnded(GangEntry gang, TaskEntry task, AttemptOutcome outcome)
    {
        switch (outcome)
        {
            case AttemptOutcome.Succeeded:
                return;
            case AttemptOutcome.Retry:
                foreach (var member in MembersOf(gang))
                {
                    if (ReferenceEquals(member, task)) continue;
                    _capture?.Keep(member);
                    member.RetriesUsed++;
                }
                goto case AttemptOutcome.Requeue;
            case AttemptOutcome.Requeue:
                BreakGang(gang, GangBreak.Again, task, task.Reason);
                return;
            default:
                BreakGang(gang, GangBreak.Over, task, task.Reason);
                return;
        }
    }

    private void BreakGang(GangEntry gang, GangBreak kind, TaskEntry task, string reason)
    {
        if (kind > gang.Break)
        {
            gang.Break = kind;
            gang.BreakReason = $"task {IdOf(task.Number)} of its gang {(kind == GangBreak.Again ? "stopped" : "ended")} ({(reason.Length > 0 ? reason : "without a reason")})"
                + (kind == GangBreak.Again ? ": all start again together" : "");
        }
        if (gang.Listed) return;
        gang.Listed = true;
        _brokenGangs.Add(gang);
    }

    /// <summary>Stops, or cancels, the members of gangs of which one has stopped or ended. Returns true when there were any.</summary>
    private bool SettleGangs(long now, EventBatch events, IPoolEffects effects)
    {
        if (_brokenGangs.Count == 0) return false;
        var before = events.Count;
        for (var i = 0; i < _brokenGangs.Count; i++)
        {
            var gang = _brokenGangs[i];
            if (gang.Break != GangBreak.None && gang.Item.Live > 0) Settle(gang, now, events, effects);
            gang.Listed = false;
        }
        _brokenGangs.Clear();
        CancelBroken(now, events, effects);
        return events.Count > before;
    }

    private void Settle(GangEntry gang, long now, EventBatch events, IPoolEffects effects)
    {
        var over = gang.Break == GangBreak.Over;
        var cause = over ? ExitCause.Cancelled : ExitCause.Preempted;
        foreach (var member in MembersOf(gang).ToArray())
            if (member.State is TaskState.Placed or TaskState.Running && (over ? member.Stop != StopMark.Cancelled : member.Stop == StopMark.None))
                Emit(new PoolEvent(EventKind.StopIssued, now, member.Number, member.Token, (long)cause, Detail: gang.BreakReason), events, effects);
        if (over) CancelWaiting(gang.Item, gang.BreakReason, now, events, effects);
    }
}
