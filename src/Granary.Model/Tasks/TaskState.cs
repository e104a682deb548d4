using Orleans;

namespace Granary.Model;

/// <summary>Where a task is in its life. Stable names: scripts read them.</summary>
[GenerateSerializer]
public enum TaskState
{
    /// <summary>Admitted and waiting; <see cref="WaitReason"/> says for what.</summary>
    Queued,
    /// <summary>A lease on a node was granted; the process has not been reported yet.</summary>
    Placed,
    Running,
    Succeeded,
    /// <summary>Ended with a failure and has no retry left.</summary>
    Failed,
    Cancelled,
    /// <summary>Stopped to make room; goes back to <see cref="Queued"/>.</summary>
    Preempted,
    /// <summary>Never admitted: its deadline or request cannot be met.</summary>
    Rejected,
    /// <summary>Its node was lost or its end is unknown, and its policy is to report rather than to run it again.</summary>
    Lost,
}

public static class TaskStates
{
    /// <summary>True when nothing more will happen to a task in this state.</summary>
    public static bool IsFinal(this TaskState state) =>
        state is TaskState.Succeeded or TaskState.Failed or TaskState.Cancelled or TaskState.Rejected or TaskState.Lost;
}
