using System.Globalization;
using Granary.Model;

namespace Granary.Grains.Pools;

/// <summary>A task's life so far in lines for people.</summary>
internal static class TaskHistory
{
    public static IReadOnlyList<string> Describe(TaskView task)
    {
        var lines = new List<string> { $"{Time(task.Submitted)} submitted by {task.Spec.Agent}, needs {task.Spec.Resources}" };
        if (task.After.Count > 0) lines.Add($"after {string.Join(", ", task.After)}");
        if (task.Deadline is { } deadline) lines.Add($"deadline {Time(deadline)}");
        if (task.LastPreemption is { } last)
            lines.Add($"{Time(last.At)} preempted for {last.For} of {last.Agent} ({last.Kind}){(task.Preemptions > 1 ? $", the last of {task.Preemptions} times" : "")}");
        if (task.Started is { } started) lines.Add($"{Time(started)} attempt {task.Attempt} started on {task.Node} (token {task.Token})");
        if (task.Finished is { } finished) lines.Add($"{Time(finished)} {task.State}{(task.Reason.Length > 0 ? ": " + task.Reason : "")}");
        return lines;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
