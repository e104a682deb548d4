namespace Granary.Memory.Shared;

/// <summary>A shared pool at one moment; sizes in bytes, counts since it was made.</summary>
public sealed record SharedPoolStatistics
{
    public required string Path { get; init; }
    public required long Capacity { get; init; }
    public required long Free { get; init; }

    /// <summary>The largest object that there is room for, without eviction.</summary>
    public required long LargestFree { get; init; }

    /// <summary>Of damaged objects that a living process holds.</summary>
    public required long Lost { get; init; }
    public required int Objects { get; init; }

    /// <summary>Objects that are only cached: eviction may take them.</summary>
    public required int Cached { get; init; }
    public required int Compressed { get; init; }

    /// <summary>What objects hold, before compression.</summary>
    public required long Plain { get; init; }

    /// <summary>What they take, in whole units.</summary>
    public required long Stored { get; init; }
    public required int Processes { get; init; }
    public required int References { get; init; }
    public required long Allocations { get; init; }
    public required long Frees { get; init; }

    /// <summary>Contents that were there already.</summary>
    public required long Duplicates { get; init; }
    public required long DuplicateBytes { get; init; }
    public required long Evictions { get; init; }

    /// <summary>Processes and references taken back from the dead.</summary>
    public required long Reclaimed { get; init; }

    /// <summary>Locks taken over from the dead.</summary>
    public required long Steals { get; init; }

    /// <summary>Repairs; the first is the pool's making.</summary>
    public required long Repairs { get; init; }
    public required long Compressions { get; init; }
    public required long Thaws { get; init; }

    /// <summary>Allocations that found no room.</summary>
    public required long Refusals { get; init; }

    /// <summary>Damaged objects met.</summary>
    public required long Damaged { get; init; }
    public required IReadOnlyList<SharedAgentUse> Agents { get; init; }
}

/// <summary>What an agent has in a shared pool.</summary>
/// <param name="Used">Bytes that it is charged, in whole units.</param>
/// <param name="Limit">Bytes; 0 for none.</param>
/// <param name="Objects">That it is charged for.</param>
public sealed record SharedAgentUse(string Agent, long Used, long Limit, int Objects);

/// <summary>One object of a shared pool.</summary>
/// <param name="Length">Bytes, before compression.</param>
/// <param name="Stored">Bytes that it takes, in whole units.</param>
/// <param name="Held">References of processes.</param>
/// <param name="Kept">Keeps of agents.</param>
/// <param name="IdleMilliseconds">Since it was last taken.</param>
public sealed record SharedObjectInfo(
    SharedId Id, string? Name, string Owner, bool Sealed, SharedCodec Codec, long Length, long Stored, int Held, int Kept, long IdleMilliseconds);
