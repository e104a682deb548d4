namespace Granary.Memory.Pools;

/// <summary>A pool at one moment. The states add up to <see cref="MaxSize"/> when nobody changes the pool meanwhile; the counts are since it was made.</summary>
public sealed record PoolStatistics
{
    public required string Name { get; init; }
    public required int MaxSize { get; init; }

    /// <summary>Objects ready to be taken.</summary>
    public required int Idle { get; init; }

    /// <summary>Objects that somebody holds.</summary>
    public required int Leased { get; init; }
    public required int Creating { get; init; }
    public required int Destroying { get; init; }

    /// <summary>Idle objects whose health is being checked.</summary>
    public required int Checking { get; init; }

    /// <summary>Places without an object.</summary>
    public required int Empty { get; init; }

    /// <summary>Acquires in the queue.</summary>
    public required int Waiting { get; init; }

    /// <summary>Acquires that got an object.</summary>
    public required long Acquired { get; init; }

    /// <summary>The part of the acquires, 0 to 1, that got an object which had been used before; 0 before the first.</summary>
    public required double ReuseRate { get; init; }
    public required long Created { get; init; }
    public required long Destroyed { get; init; }

    /// <summary>Let go because they were idle for too long.</summary>
    public required long IdledOut { get; init; }

    /// <summary>Let go at the end of their lifetime.</summary>
    public required long Expired { get; init; }

    /// <summary>Let go because validation, reset or a health check refused them, or their holder called them broken.</summary>
    public required long Broken { get; init; }
    public required long CreateFailures { get; init; }

    /// <summary>Factories given up at CreateTimeout.</summary>
    public required long CreatesAbandoned { get; init; }
    public required long DestroyFailures { get; init; }

    /// <summary>Destructors given up at DestroyTimeout.</summary>
    public required long DestroysAbandoned { get; init; }
    public required long TimedOut { get; init; }
    public required long Cancelled { get; init; }

    /// <summary>Leases held longer than LeakAfter, now.</summary>
    public required int Leaks { get; init; }

    /// <summary>Leaked leases whose slots were given to others.</summary>
    public required long WrittenOff { get; init; }

    /// <summary>Returns of what was returned before.</summary>
    public required long StrayReturns { get; init; }

    /// <summary>What this part of all acquires did not wait longer than; acquires that found an object at once count as 0. Up to 12.5% too high.</summary>
    public required TimeSpan WaitP50 { get; init; }
    public required TimeSpan WaitP99 { get; init; }
    public required TimeSpan WaitP999 { get; init; }

    /// <summary>The last thing that a factory, destructor or check threw, in one line.</summary>
    public string? LastError { get; init; }
}

/// <summary>A lease held longer than LeakAfter.</summary>
/// <param name="Slot">Which of the pool's slots.</param>
/// <param name="Held">For how long, exact to SweepEvery.</param>
/// <param name="Holder">The stack of the acquire, where CaptureHolders is set.</param>
public sealed record PoolLeak(int Slot, TimeSpan Held, string? Holder);

/// <summary>What a pool refuses with when an object cannot be made.</summary>
public sealed class ResourcePoolException(string message, Exception? inner = null) : Exception(message, inner);
