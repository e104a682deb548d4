namespace Granary.Simulation.Replay;

/// <summary>What came of a replay. Seconds are of virtual time, but for <see cref="WallS"/>. Null fields do not apply to the trace's kind and are not written.</summary>
public sealed record ReplayReport
{
    /// <summary>Jobs in the trace, without those that were cancelled before they started.</summary>
    public required int Jobs { get; init; }

    public required int Finished { get; init; }

    /// <summary>Jobs that the cluster could never hold.</summary>
    public required int Rejected { get; init; }

    /// <summary>Jobs of the trace that were left out: cancelled before they started, or without processors. Not among <see cref="Jobs"/>.</summary>
    public int Skipped { get; init; }

    public required double MeanWaitS { get; init; }

    /// <summary>Mean of max(1, (wait + run) / max(run, 10 s)). Source: Feitelson et al., 1997.</summary>
    public required double MeanBoundedSlowdown { get; init; }

    public required double MeanResponseS { get; init; }

    /// <summary>The wait that 95 of 100 jobs did not exceed; null where it was not measured.</summary>
    public double? P95WaitS { get; init; }

    /// <summary>The longest wait; null where it was not measured.</summary>
    public double? MaxWaitS { get; init; }

    /// <summary>Work done over what the cluster could have done from the first submission to the last end, 0 to 1.</summary>
    public required double Utilization { get; init; }

    /// <summary>From the first submission to the last end.</summary>
    public required double MakespanS { get; init; }

    /// <summary>Starts of jobs, with those that were repeated.</summary>
    public required long Decisions { get; init; }

    public required double DecisionsPerS { get; init; }

    /// <summary>Real time of the replay, without reading the trace.</summary>
    public required double WallS { get; init; }

    public required double PeakMemoryMib { get; init; }

    /// <summary>GPUs allocated over GPUs there are, 0 to 1.</summary>
    public double? GpuAllocationRatio { get; init; }

    /// <summary>Promised deadlines that were kept and missed; null where the policy promises none.</summary>
    public int? DeadlinesKept { get; init; }

    public int? DeadlinesMissed { get; init; }

    public required string Policy { get; init; }

    /// <summary>A digest of every start and end: equal seeds give equal digests.</summary>
    public required string Digest { get; init; }

    /// <summary>What was done to the trace that its reader should know, one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
