using Orleans;

namespace Granary.Model;

/// <summary>What to run and what it needs. One spec serves all members of an array.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskSpec")]
public sealed record TaskSpec
{
    [Id(0)] public required string Agent { get; init; }
    [Id(1)] public string Name { get; init; } = "";

    /// <summary>Program and arguments; run without a shell. Empty where a handler, a call or a person carries it out.</summary>
    [Id(2)] public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>In-process handler (<c>noop</c>, <c>sleep</c> or one from a plug-in); empty for everything else.</summary>
    [Id(3)] public string Handler { get; init; } = "";

    /// <summary>Run <see cref="Command"/>, joined by spaces, by <c>/bin/sh -c</c>.</summary>
    [Id(4)] public bool Shell { get; init; }

    /// <summary>Working directory; empty for a directory of the task's own.</summary>
    [Id(5)] public string WorkingDirectory { get; init; } = "";

    /// <summary>Variables added to the small clean environment that a task starts with.</summary>
    [Id(6)] public IReadOnlyDictionary<string, string>? Environment { get; init; }

    [Id(7)] public ResourceSet Resources { get; init; } = ResourceSet.Zero;

    /// <summary>Higher goes first within the agent; -1000 to 1000.</summary>
    [Id(8)] public int Priority { get; init; }

    /// <summary>Must have ended this long after submission; null for none.</summary>
    [Id(9)] public TimeSpan? Deadline { get; init; }

    /// <summary>The submitter's estimate of the run time; null when unknown.</summary>
    [Id(10)] public TimeSpan? Duration { get; init; }

    /// <summary>Stopped after running this long; null for no limit.</summary>
    [Id(11)] public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many further attempts a failure gets.</summary>
    [Id(12)] public int Retries { get; init; }

    /// <summary>Wait before the first retry; doubles each time up to 5 minutes.</summary>
    [Id(13)] public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromSeconds(1);

    [Id(14)] public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>What becomes of an attempt whose node is lost or whose end is unknown.</summary>
    [Id(15)] public LossPolicy OnLoss { get; init; } = LossPolicy.Retry;

    /// <summary>Between SIGTERM and SIGKILL when it is stopped.</summary>
    [Id(16)] public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Each output file is cut at this many bytes.</summary>
    [Id(17)] public long OutputLimitBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>A failure of this task is expected (a sample that shows a memory limit): it does not fail <c>run</c> or <c>wait</c>.</summary>
    [Id(18)] public bool MayFail { get; init; }

    /// <summary>What it asks for beyond this, and how it is carried out where that is not a plain process; null for nothing.</summary>
    [Id(19)] public TaskTerms? Terms { get; init; }
}

/// <summary>What becomes of an attempt whose node is lost or whose end is unknown.</summary>
[GenerateSerializer]
public enum LossPolicy
{
    /// <summary>Run it again on another node, under a higher fencing token; does not use up a retry.</summary>
    Retry,
    /// <summary>End it as <see cref="TaskState.Lost"/>.</summary>
    Report,
}
