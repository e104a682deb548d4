using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>What a run came to.</summary>
internal sealed record RunReport
{
    public required TimeSpan Took { get; init; }
    public required Outcome All { get; init; }
    public required IReadOnlyList<Outcome> Domains { get; init; }
    public required IReadOnlyList<Outcome> Agents { get; init; }

    /// <summary>Tasks that did not succeed, those that were allowed to last.</summary>
    public required IReadOnlyList<TaskView> Failures { get; init; }

    /// <summary>Tasks that succeeded after a failed attempt.</summary>
    public required IReadOnlyList<TaskView> Retried { get; init; }

    /// <summary>CPU that the tasks held, as a fraction of what the nodes have, from first submission to last end.</summary>
    public required double CpuHeld { get; init; }

    /// <summary>Mean of the nodes' readings while it ran; null when none came.</summary>
    public required double? CpuBusy { get; init; }

    public bool Succeeded => All.Bad == 0 && All.Open == 0;
}

/// <summary>What became of one agent's, one domain's, or all tasks.</summary>
/// <param name="Name">Agent id, domain, or <c>all</c>.</param>
/// <param name="Domain">The domain it belongs to.</param>
internal sealed record Outcome(string Name, string Domain)
{
    public int Agents { get; init; }
    public int Tasks { get; init; }
    public int Succeeded { get; init; }

    /// <summary>Ended otherwise than they should.</summary>
    public int Bad { get; init; }

    /// <summary>Failed, as they were allowed to.</summary>
    public int Allowed { get; init; }

    /// <summary>Not ended: the run was interrupted.</summary>
    public int Open { get; init; }

    /// <summary>From when a task could have run (its submission, or the end of the last task it waited for) to the start of its last attempt.</summary>
    public TimeSpan WaitMedian { get; init; }
    public TimeSpan WaitP95 { get; init; }
    public int DeadlinesKept { get; init; }
    public int Deadlines { get; init; }

    /// <summary>Dominant-share-seconds: what it got of the pools while the fleet ran, and what it was owed.</summary>
    public double Received { get; init; }
    public double Fair { get; init; }

    /// <summary>1 is exactly its share; null when it was owed nothing measurable.</summary>
    public double? Ratio => Fair > 1e-6 ? Received / Fair : null;
}
