using Orleans;

namespace Granary.Model;

/// <summary>A task as surfaces show it. Times are UTC.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskView")]
public sealed record TaskView
{
    [Id(0)] public required TaskId Id { get; init; }
    [Id(1)] public required TaskSpec Spec { get; init; }
    [Id(2)] public required TaskState State { get; init; }

    /// <summary>Why it waits, or why it ended as it did (<c>exit code 3</c>, <c>out of memory: 70Mi of 64Mi</c>, <c>cancelled by request</c>); empty otherwise.</summary>
    [Id(3)] public string Reason { get; init; } = "";

    /// <summary>The dominant reason while it waits.</summary>
    [Id(4)] public WaitReason WaitReason { get; init; }

    [Id(5)] public string Node { get; init; } = "";

    /// <summary>Attempts begun, from 1; 0 before the first placement.</summary>
    [Id(6)] public int Attempt { get; init; }

    /// <summary>Member number within its array, from 0.</summary>
    [Id(7)] public int Index { get; init; }

    [Id(8)] public DateTimeOffset Submitted { get; init; }
    [Id(9)] public DateTimeOffset? Started { get; init; }
    [Id(10)] public DateTimeOffset? Finished { get; init; }
    [Id(11)] public DateTimeOffset? Deadline { get; init; }
    [Id(12)] public ExitInfo? Exit { get; init; }

    /// <summary>Place in the queue from 1; 0 when it does not wait to be placed.</summary>
    [Id(13)] public int Position { get; init; }

    /// <summary>Fencing token of the last lease; 0 before the first.</summary>
    [Id(14)] public long Token { get; init; }

    [Id(15)] public IReadOnlyList<TaskId> After { get; init; } = [];

    /// <summary>How often it was stopped for another task; known while it is live.</summary>
    [Id(20)] public int Preemptions { get; init; }

    /// <summary>When it was last stopped for another, and for whom; null when it never was, or is final.</summary>
    [Id(21)] public PreemptionMark? LastPreemption { get; init; }

    /// <summary>What is promised of a live task with a deadline; null for others.</summary>
    [Id(24)] public PromiseView? Promise { get; init; }
}

/// <summary>How an attempt's process ended and what it used.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ExitInfo")]
public sealed record ExitInfo
{
    /// <summary>Exit code; null when a signal ended it or the end is unknown.</summary>
    [Id(0)] public int? Code { get; init; }

    /// <summary>Signal number that ended it; 0 for none.</summary>
    [Id(1)] public int Signal { get; init; }

    /// <summary>Peak memory of the whole tree, KiB; 0 when not measured.</summary>
    [Id(2)] public long PeakMemoryKiB { get; init; }

    /// <summary>User plus system CPU time of the whole tree.</summary>
    [Id(3)] public TimeSpan CpuTime { get; init; }

    /// <summary>Wall time from start to end.</summary>
    [Id(4)] public TimeSpan WallTime { get; init; }

    [Id(5)] public ExitCause Cause { get; init; }

    /// <summary>One line for people; empty for success.</summary>
    [Id(6)] public string Message { get; init; } = "";
}

/// <summary>Why an attempt ended.</summary>
[GenerateSerializer]
public enum ExitCause
{
    Succeeded,
    /// <summary>Exit code other than 0.</summary>
    ExitCode,
    /// <summary>Ended by a signal that Granary did not send.</summary>
    Signal,
    OutOfMemory,
    TimeLimit,
    Cancelled,
    Preempted,
    /// <summary>Could not be started: no such program, unusable working directory, full disk.</summary>
    StartFailed,
    /// <summary>Its process is gone and nobody saw how it ended.</summary>
    Unknown,
}

/// <summary>A task was stopped for another.</summary>
/// <param name="At">When it was told to stop.</param>
/// <param name="For">The task it made room for.</param>
/// <param name="Agent">That task's agent.</param>
/// <param name="Kind">By which rule.</param>
[GenerateSerializer, Immutable, Alias("Granary.PreemptionMark")]
public sealed record PreemptionMark(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] TaskId For,
    [property: Id(2)] string Agent,
    [property: Id(3)] PreemptionKind Kind);
