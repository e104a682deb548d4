using Granary.Distribution.Nodes;
using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>What the pool and people say.</summary>
public sealed partial class WorkJob
{
    private string _lastFailure = "";

    /// <summary>The nodes of the pool as they are. Those not named are gone.</summary>
    public void Observe(IReadOnlyList<NodeReading> nodes)
    {
        var named = nodes.Select(n => n.Node).ToHashSet(StringComparer.Ordinal);
        foreach (var room in _nodes.Values)
            if (!named.Contains(room.Name)) room.Gone();
        foreach (var reading in nodes) Room(reading.Node).Read(reading);
        // what is on its way to a node holds nothing there yet
        foreach (var batch in _batches.Values)
        {
            if (batch.Node.Length > 0) Room(batch.Node).IsOwn(RequestOf(batch));
            else if (batch.Target.Length > 0) Room(batch.Target).Take(RequestOf(batch));
        }
    }

    /// <summary>The pool has admitted a batch under this task number.</summary>
    public void Admitted(int batch, long task) => Raise(new BatchAdmitted(batch, task));

    /// <summary>The pool will never take a batch: the work ends.</summary>
    public void Refused(int batch, string reason, long now)
    {
        if (_batches.ContainsKey(batch)) Raise(new BatchGone(batch));
        if (State == WorkState.Running) Raise(new WorkEnded(WorkState.Failed, reason, now));
    }

    /// <summary>A batch that is no longer wanted was never submitted.</summary>
    public void Withdrawn(int batch) => Raise(new BatchGone(batch));

    /// <summary>Somebody ends the work. What has ended stays as it is.</summary>
    public void Cancel(string reason, long now)
    {
        if (State == WorkState.Running) Raise(new WorkEnded(WorkState.Cancelled, reason, now));
    }

    /// <summary>A task is in this state. May be told again and again, in any order after its end.</summary>
    /// <param name="started">When its present attempt started; 0 when it runs not, or that is not known.</param>
    /// <param name="finished">When it ended; 0 before.</param>
    public void Observe(long task, TaskState state, string node, long started, long finished, string reason, long now)
    {
        if (!_byTask.TryGetValue(task, out var number)) return;
        var batch = _batches[number];
        switch (state)
        {
            case TaskState.Queued or TaskState.Preempted:
                if (batch.Node.Length > 0) Raise(new BatchPlaced(number, ""));
                break;
            case TaskState.Placed:
                if (batch.Node != node) Raise(new BatchPlaced(number, node));
                break;
            case TaskState.Running:
                if (batch.Node != node || batch.Started == 0) Raise(new BatchStarted(number, node, started > 0 ? started : now));
                break;
            case TaskState.Succeeded:
                var begun = started > 0 ? started : batch.Started > 0 ? batch.Started : batch.Planned;
                Raise(new BatchSucceeded(number, node, Math.Max(0, ((finished > 0 ? finished : now) - begun) / 1e6), now));
                break;
            default:
                if (batch.Unwanted)
                {
                    Raise(new BatchGone(number));
                    break;
                }
                _lastFailure = reason.Length > 0 ? reason : state.ToString();
                Raise(new BatchFailed(number, node, _lastFailure, now));
                break;
        }
        Settle(now);
    }

    /// <summary>The pool does not know a task any more: what is in it is to run again.</summary>
    public void Forgotten(long task, long now)
    {
        if (_byTask.TryGetValue(task, out var number)) Raise(new BatchGone(number));
        Settle(now);
    }
}
