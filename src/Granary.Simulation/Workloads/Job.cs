namespace Granary.Simulation.Workloads;

/// <summary>A rigid parallel job: it holds <see cref="Processors"/> for <see cref="Run"/>, whole and from its start to its end. Times in microseconds.</summary>
public readonly record struct Job
{
    /// <summary>Its number in the trace.</summary>
    public long Id { get; init; }

    /// <summary>Since the trace's first submission.</summary>
    public long Submit { get; init; }

    /// <summary>How long it really runs at full speed; over 0.</summary>
    public long Run { get; init; }

    /// <summary>What its submitter said; <see cref="Run"/> where nothing was said.</summary>
    public long Estimate { get; init; }

    /// <summary>At least 1.</summary>
    public int Processors { get; init; }

    /// <summary>-1 where the trace does not say, as are <see cref="Group"/>, <see cref="Queue"/> and <see cref="Application"/>.</summary>
    public int User { get; init; }

    public int Group { get; init; }

    public int Queue { get; init; }

    public int Application { get; init; }

    /// <summary>Higher goes first within an agent.</summary>
    public int Priority { get; init; }

    /// <summary>By when it must have ended, as <see cref="Submit"/>; 0 for none.</summary>
    public long Deadline { get; init; }
}
