namespace Granary.Parallelism.Pipelines;

/// <summary>How a stage works.</summary>
public sealed record StageOptions
{
    public static StageOptions Default { get; } = new();

    /// <summary>Items at work at once. Default 1.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Results that may wait for the next stage; beyond it the stage waits, and so do those before it. Default 64.</summary>
    public int Capacity { get; init; } = 64;

    /// <summary>False lets results overtake each other where <see cref="Parallelism"/> is above 1. Default true.</summary>
    public bool Ordered { get; init; } = true;

    internal StageOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1, nameof(Capacity));
        return this;
    }
}
