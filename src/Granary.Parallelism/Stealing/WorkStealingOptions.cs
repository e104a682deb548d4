namespace Granary.Parallelism.Stealing;

/// <summary>How an executor works; validated by its constructor.</summary>
public sealed record WorkStealingOptions
{
    /// <summary>Threads that work. Default: one for each processor.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Threads that may work in the place of workers that hang, each for one. Default: as many as there are workers.</summary>
    public int? Spares { get; init; }

    /// <summary>How long a worker may be in one piece of work without a sign before it counts as hanging. Default 1 s; at least 1 ms.</summary>
    public TimeSpan HangsAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What a piece of a loop should take before anybody looks whether it should be shared: longer costs balance, shorter costs checks. Default 20 us.</summary>
    public TimeSpan Grain { get; init; } = TimeSpan.FromMicroseconds(20);

    /// <summary>How long <see cref="WorkStealingExecutor.Dispose"/> waits for what runs; after that its threads are left behind. Default 5 s.</summary>
    public TimeSpan StopsWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told of what posted work throws, on the thread that ran it; what it throws itself is dropped. Default: nobody, it is only counted.</summary>
    public Action<Exception>? OnFault { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A value outside what its description allows.</exception>
    internal WorkStealingOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1, nameof(Workers));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Workers, 1024, nameof(Workers));
        ArgumentOutOfRangeException.ThrowIfNegative(Spares ?? 0, nameof(Spares));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Spares ?? 0, 1024, nameof(Spares));
        ArgumentOutOfRangeException.ThrowIfLessThan(HangsAfter, TimeSpan.FromMilliseconds(1), nameof(HangsAfter));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Grain, TimeSpan.Zero, nameof(Grain));
        ArgumentOutOfRangeException.ThrowIfLessThan(StopsWithin, TimeSpan.Zero, nameof(StopsWithin));
        return this;
    }
}

/// <summary>What an executor has done.</summary>
/// <param name="Executed">Pieces of work begun: what was posted, and pieces of forks and loops.</param>
/// <param name="Stolen">Those of them that came from another worker's deque.</param>
/// <param name="Faults">Posted work that threw.</param>
/// <param name="Hanging">Workers in one piece of work for longer than <see cref="WorkStealingOptions.HangsAfter"/>, at the last look.</param>
/// <param name="Spares">Spare threads ever started.</param>
public readonly record struct WorkStealingStatistics(long Executed, long Stolen, long Faults, int Hanging, int Spares);
