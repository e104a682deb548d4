using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Application;

/// <summary>Outcomes of a pool on their way to its application metrics: bounded, so that a grain that does not take them costs figures and not memory.</summary>
internal sealed class OutcomeBuffer(int most)
{
    private List<TaskOutcome> _outcomes = [];
    private long _missed;

    public int Count => _outcomes.Count;

    /// <summary>What a batch that is durable has ended, and which attempts it sent back.</summary>
    public void Take(IReadOnlyList<TaskView> finished, IReadOnlyList<TaskChange> changes)
    {
        for (var i = 0; i < finished.Count; i++) Add(TaskOutcome.Of(finished[i]));
        TaskId preempted = default;
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (change.State == TaskState.Preempted) preempted = change.Id;
            else if (change.State != TaskState.Queued || change.Attempt == 0 || change.Reason.Length == 0) continue;
            else if (change.Id == preempted)
            {
                preempted = default;
                continue; // told already, as preempted
            }
            Add(new TaskOutcome(change.Name, change.Agent, change.Node, change.State,
                TaskOutcome.Plain(change.ExitCode is > 0 ? ExitCause.ExitCode : null, change.ExitCode, change.Reason), 0, -1, -1, -1, 0, -1, 0, 0));
        }
    }

    public (IReadOnlyList<TaskOutcome> Outcomes, long Missed) Drain()
    {
        var (outcomes, missed) = (_outcomes, _missed);
        (_outcomes, _missed) = ([], 0);
        return (outcomes, missed);
    }

    private void Add(in TaskOutcome outcome)
    {
        if (_outcomes.Count < most) _outcomes.Add(outcome);
        else _missed++;
    }
}
