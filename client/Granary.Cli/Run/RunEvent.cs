using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>What of a task's changes is worth a line of its own while the fleet runs.</summary>
internal static class RunEvent
{
    /// <summary>Null for the ordinary: started, succeeded, placed.</summary>
    public static string? Of(TrackedTask task)
    {
        var who = $"{task.Id} {task.Spec.Name} of {task.Spec.Agent}";
        var why = task.Reason.Length > 0 ? $": {task.Reason}" : "";
        return task.State switch
        {
            TaskState.Failed or TaskState.Lost when task.Spec.MayFail => $"{who} failed, as it may{why}",
            TaskState.Failed => $"{who} failed{why}",
            TaskState.Lost => $"{who} is lost{why}",
            TaskState.Rejected => $"{who} is refused{why}",
            TaskState.Cancelled => $"{who} was cancelled{why}",
            TaskState.Preempted => $"{who} was preempted{why}",
            TaskState.Queued when task.Attempt > 0 => $"{who} goes back to the queue after attempt {task.Attempt}{why}",
            _ => null,
        };
    }
}
