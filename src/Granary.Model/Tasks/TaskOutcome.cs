using Orleans;

namespace Granary.Model;

/// <summary>What became of one task, or of one attempt that goes back to the queue: what application metrics are made of.</summary>
/// <param name="Class">The declared class, else the task's name; empty for none.</param>
/// <param name="Node">Of the last attempt; empty when it was never placed.</param>
/// <param name="State">Final, or <see cref="TaskState.Queued"/> after a failure that is tried again, or <see cref="TaskState.Preempted"/>.</param>
/// <param name="Reason">Why it failed, without figures: <c>exit code 3</c>, <c>out of memory</c>; empty for success.</param>
/// <param name="Attempts">Begun in all, once it is final; 0 for an attempt that goes back.</param>
/// <param name="WaitMicros">From submission to the start of the last attempt; -1 when there was none.</param>
/// <param name="RunMicros">Of the last attempt; -1 when there was none.</param>
/// <param name="TotalMicros">From submission to the end; -1 when it goes back.</param>
/// <param name="CpuMicros">CPU time of the last attempt; -1 where it was not measured.</param>
/// <param name="PeakMemoryKiB">Of the last attempt; 0 where it was not measured.</param>
/// <param name="Number">Of the task in its pool, or in its part of a sharded one, once it is final; 0 for an attempt that goes back.</param>
/// <param name="Finished">When it ended, by the pool's clock; null for an attempt that goes back.</param>
[GenerateSerializer, Immutable, Alias("Granary.TaskOutcome")]
public readonly record struct TaskOutcome(
    [property: Id(0)] string Class,
    [property: Id(1)] string Agent,
    [property: Id(2)] string Node,
    [property: Id(3)] TaskState State,
    [property: Id(4)] string Reason,
    [property: Id(5)] int Attempts,
    [property: Id(6)] long WaitMicros,
    [property: Id(7)] long RunMicros,
    [property: Id(8)] long TotalMicros,
    [property: Id(9)] long CpuMilli,
    [property: Id(10)] long CpuMicros,
    [property: Id(11)] long MemoryMiB,
    [property: Id(12)] long PeakMemoryKiB,
    [property: Id(13)] long Number = 0,
    [property: Id(14)] DateTimeOffset? Finished = null)
{
    /// <summary>Of a task that is final.</summary>
    public static TaskOutcome Of(TaskView task)
    {
        var (spec, exit) = (task.Spec, task.Exit);
        var ran = task.Started is { } started && task.Finished is { } ended && exit is not null ? Micros(ended - started) : -1;
        return new(
            spec.Terms is { Class.Length: > 0 } terms ? terms.Class : spec.Name, spec.Agent, task.Node, task.State,
            task.State == TaskState.Succeeded ? "" : Plain(exit?.Cause, exit?.Code, task.Reason), task.Attempt,
            task.Started is { } start ? Micros(start - task.Submitted) : -1, ran,
            task.Finished is { } finished ? Micros(finished - task.Submitted) : -1,
            spec.Resources.CpuMilli, exit is null ? -1 : Micros(exit.CpuTime), spec.Resources.MemoryMiB, exit?.PeakMemoryKiB ?? 0,
            task.Id.Number, task.Finished);
    }

    /// <summary>A reason without figures, so that few of them say what many tasks met: an exit code stays, sizes and names go.</summary>
    public static string Plain(ExitCause? cause, int? code, string reason) => cause switch
    {
        ExitCause.ExitCode when code is { } c => Codes[Math.Clamp(c, 0, 256)],
        ExitCause.Signal => reason.Length > 0 ? Cut(reason) : "signal",
        ExitCause.OutOfMemory => "out of memory",
        ExitCause.TimeLimit => "time limit",
        ExitCause.Cancelled => "cancelled",
        ExitCause.Preempted => "preempted",
        ExitCause.StartFailed => "could not be started",
        _ => reason.Length > 0 ? Cut(reason) : "unknown",
    };

    private static readonly string[] Codes = [.. Enumerable.Range(0, 257).Select(c => $"exit code {c}")];

    /// <summary>Up to the first colon or figure, and no longer than a line.</summary>
    private static string Cut(string reason)
    {
        if (reason.StartsWith("exit code ", StringComparison.Ordinal)) return reason.Length <= 13 ? reason : reason[..13];
        var end = reason.AsSpan().IndexOfAny(":0123456789'\"");
        var text = (end < 0 ? reason : reason[..end]).TrimEnd();
        return text.Length == 0 ? "unknown" : text.Length > 60 ? text[..60] : text;
    }

    private static long Micros(TimeSpan span) => Math.Max(0, span.Ticks / TimeSpan.TicksPerMicrosecond);
}
