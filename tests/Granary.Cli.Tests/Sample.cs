using Granary.Model;

namespace Granary.Cli.Tests;

/// <summary>Short ways to say what a test needs of a task. Times are seconds after the Unix epoch.</summary>
internal static class Sample
{
    public static DateTimeOffset At(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    public static TaskView Task(long number, TaskState state = TaskState.Queued, string agent = "a", string name = "job", string pool = "default",
        double submitted = 0, double? started = null, double? finished = null, double? deadline = null, long cpu = 500, bool mayFail = false,
        string reason = "", int attempt = 1, WaitReason waiting = WaitReason.None, long[]? after = null, double? duration = null) => new()
        {
            Id = new TaskId(pool, number),
            Spec = new TaskSpec
            {
                Agent = agent,
                Name = name,
                Command = ["true"],
                Resources = new ResourceSet { CpuMilli = cpu, MemoryMiB = 64 },
                MayFail = mayFail,
                Duration = duration is { } d ? TimeSpan.FromSeconds(d) : null,
            },
            State = state,
            Reason = reason,
            WaitReason = waiting,
            Attempt = state == TaskState.Queued ? 0 : attempt,
            Node = started is null ? "" : "n1",
            Submitted = At(submitted),
            Started = started is { } s ? At(s) : null,
            Finished = finished is { } f ? At(f) : null,
            Deadline = deadline is { } l ? At(l) : null,
            After = [.. (after ?? []).Select(n => new TaskId(pool, n))],
        };
}
