using System.Globalization;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Tasks in every format.</summary>
internal static class TaskListing
{
    private const int ReasonWidth = 48;

    public static Listing<TaskView> At(DateTimeOffset now) => new(
        [
            new("ID", t => t.Id.ToString()),
            new("NAME", Name),
            new("AGENT", t => t.Spec.Agent),
            new("STATE", t => t.State.ToString(), Tone: t => ToneOf(t.State)),
            new("REASON", t => Clip(ReasonOf(t), ReasonWidth)),
            new("PRIORITY", t => t.Spec.Priority.ToString(CultureInfo.InvariantCulture), Wide: true),
            new("RESOURCES", t => t.Spec.Resources.ToString(), Wide: true),
            new("POSITION", t => t.Position > 0 ? t.Position.ToString(CultureInfo.InvariantCulture) : "", Wide: true),
            new("NODE", t => t.Node),
            new("ATTEMPT", t => t.Attempt > 0 ? t.Attempt.ToString(CultureInfo.InvariantCulture) : "", Wide: true),
            new("EXIT", t => ExitOf(t.Exit), Wide: true),
            new("DEADLINE", t => DeadlineOf(t, now), Wide: true),
            new("TOOK", t => TookOf(t, now)),
            new("AGE", t => Spans.Age(t.Submitted, now)),
        ],
        t => JsonSerializer.SerializeToNode(TaskJson.From(t), GranaryJson.Default.TaskJson),
        t => t.Id.ToString(),
        "no tasks");

    /// <summary>The name, with the member's number for an array's member.</summary>
    public static string Name(TaskView task) =>
        task.Index > 0 ? string.Create(CultureInfo.InvariantCulture, $"{task.Spec.Name}[{task.Index}]") : task.Spec.Name;

    public static string ReasonOf(TaskView task) => task.State == TaskState.Succeeded ? "" : TaskJson.From(task).Reason ?? "";

    public static Tone ToneOf(TaskState state) => state switch
    {
        TaskState.Succeeded => Tone.Good,
        TaskState.Running or TaskState.Placed => Tone.Busy,
        TaskState.Failed or TaskState.Lost or TaskState.Rejected => Tone.Bad,
        TaskState.Preempted => Tone.Warn,
        TaskState.Cancelled => Tone.Dim,
        _ => Tone.Plain,
    };

    public static string ExitOf(ExitInfo? exit) => exit switch
    {
        null => "",
        { Code: { } code } => code.ToString(CultureInfo.InvariantCulture),
        { Signal: > 0 } => string.Create(CultureInfo.InvariantCulture, $"signal {exit.Signal}"),
        _ => exit.Cause.ToString(),
    };

    public static string TookOf(TaskView task, DateTimeOffset now) => (task.Started, task.Finished) switch
    {
        ({ } started, { } finished) => Spans.Took(finished - started),
        ({ } started, null) when task.State == TaskState.Running => Spans.Took(now - started),
        _ => "",
    };

    /// <summary>Time to the deadline; for what has ended, whether it was kept.</summary>
    public static string DeadlineOf(TaskView task, DateTimeOffset now)
    {
        if (task.Deadline is not { } deadline) return "";
        if (task.State.IsFinal()) return task.State == TaskState.Succeeded && task.Finished <= deadline ? "kept" : "missed";
        return deadline >= now ? "in " + Spans.Age(deadline - now) : Spans.Age(now - deadline) + " over";
    }

    private static string Clip(string text, int width) => text.Length <= width ? text : text[..(width - 3)] + "...";
}
