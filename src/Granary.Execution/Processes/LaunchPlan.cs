using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>All the shim needs to run one attempt: everything is resolved, nothing is looked up later.</summary>
public sealed record LaunchPlan
{
    public required Lease Lease { get; init; }

    /// <summary>Absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Arguments with the program's name as given first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, <c>NAME=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }
    public required string Output { get; init; }
    public required string Error { get; init; }

    /// <summary>Each output file is cut at this many bytes.</summary>
    public long OutputLimitBytes { get; init; }

    /// <summary>Memory limit of the whole tree; 0 for none.</summary>
    public long MemoryMiB { get; init; }

    /// <summary>Requested CPU in thousandths: cores of its own when whole, else a weight.</summary>
    public long CpuMilli { get; init; }

    /// <summary>As whom it runs; null for the supervisor's own user. What it writes to is opened before it becomes that user.</summary>
    public LaunchUser? User { get; init; }

    /// <summary>The working directory is the task's own, and not one it named: it is entered whoever may pass the folders above it.</summary>
    public bool OwnWork { get; init; }

    /// <summary>What its processes are kept to beyond that, the node's defaults included; null for nothing.</summary>
    public TaskIsolation? Isolation { get; init; }

    public TimeSpan? TimeLimit { get; init; }
    public TimeSpan KillGrace { get; init; }
}
