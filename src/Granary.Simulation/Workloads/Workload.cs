namespace Granary.Simulation.Workloads;

/// <summary>Jobs in order of submission, and what the trace says of the machine that ran them.</summary>
public sealed record Workload
{
    /// <summary>The most seconds that one time may have: 100,000 years would not fit the microseconds that are summed.</summary>
    public const double MaxSeconds = 1e11;

    public required IReadOnlyList<Job> Jobs { get; init; }

    /// <summary>Processors of the machine, in units; 0 when the trace does not say.</summary>
    public int Processors { get; init; }

    /// <summary>What one processor counts as in <see cref="Job.Processors"/> and here: 1,000 where a trace knows parts of one. Default 1.</summary>
    public int UnitsPerProcessor { get; init; } = 1;

    /// <summary>Jobs of the trace that were left out: they never ran, or hold nothing.</summary>
    public int Skipped { get; init; }

    /// <summary>Names of agents where the trace has names: <see cref="Job.User"/> is a place in it. Empty where it has numbers.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>What was done to the trace that its reader should know, one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
