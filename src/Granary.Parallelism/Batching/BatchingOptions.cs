namespace Granary.Parallelism.Batching;

/// <summary>What a batcher aims at; validated by its constructor.</summary>
public sealed record BatchingOptions
{
    /// <summary>How long an item may take from when it is added to when its batch has been handled. Default 10 ms.</summary>
    public TimeSpan Goal { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The part of items that should keep the goal. Default 0.99; above 0, below 1.</summary>
    public double Quantile { get; init; } = 0.99;

    /// <summary>
    /// How long an incomplete batch may be held open while nothing is handled. Default: what the goal leaves. Zero where callers add again only when they have
    /// their answer: then holding open waits for nobody, and what comes while a batch is handled is the next one.
    /// </summary>
    public TimeSpan? MaxHold { get; init; }

    /// <summary>The most items in one batch. Default 1,000.</summary>
    public int MaxSize { get; init; } = 1000;

    /// <summary>Items that may wait for their batch; who comes beyond it waits for room. Default 100,000.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A value outside what its description allows.</exception>
    public BatchingOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Goal, TimeSpan.Zero, nameof(Goal));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Goal, TimeSpan.FromHours(1), nameof(Goal));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHold ?? TimeSpan.Zero, TimeSpan.Zero, nameof(MaxHold));
        if (!(Quantile is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(Quantile), Quantile, "it lies above 0 and below 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSize, 1, nameof(MaxSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaiting, 1, nameof(MaxWaiting));
        return this;
    }
}
