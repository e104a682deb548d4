using Granary.Abstractions;
using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>One task of the fleet that is being run, as far as this process has heard.</summary>
internal sealed class TrackedTask(TaskId id, TaskSpec spec, string domain)
{
    public TaskId Id => id;

    public TaskSpec Spec => spec;

    public string Domain => domain;

    public TaskState State { get; private set; } = TaskState.Queued;

    /// <summary>Why it waits, when the server has said so.</summary>
    public WaitReason Waiting { get; private set; }

    public string Reason { get; private set; } = "";

    public int Attempt { get; private set; }

    /// <summary>When the attempt that runs, or ran last, began.</summary>
    public DateTimeOffset? Started { get; private set; }

    public DateTimeOffset? Finished { get; private set; }

    /// <summary>True when it ended otherwise than it should: a failure that its submitter declared possible does not count.</summary>
    public bool IsBad => State.IsFinal() && State != TaskState.Succeeded && !spec.MayFail;

    /// <summary>True when this changed the state.</summary>
    public bool Apply(TaskChange change)
    {
        if (State.IsFinal() || change.Attempt < Attempt) return false;
        var moved = State != change.State || Attempt != change.Attempt;
        if (change.State == TaskState.Running && moved) Started = change.At;
        if (change.State.IsFinal()) Finished = change.At;
        (State, Attempt, Reason) = (change.State, change.Attempt, change.Reason);
        if (State != TaskState.Queued) Waiting = WaitReason.None;
        return moved;
    }

    /// <summary>Takes the server's whole view, which is newer than any change heard before it was read.</summary>
    public void Apply(TaskView view)
    {
        if (State.IsFinal() && !view.State.IsFinal() || view.Attempt < Attempt) return;
        (State, Attempt, Reason, Waiting) = (view.State, view.Attempt, view.Reason, view.WaitReason);
        (Started, Finished) = (view.Started ?? Started, view.Finished ?? Finished);
    }
}
