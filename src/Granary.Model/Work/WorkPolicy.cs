using Orleans;

namespace Granary.Model;

/// <summary>How partitions are batched, moved to idle nodes, run again, and given up.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WorkPolicy")]
public sealed record WorkPolicy
{
    /// <summary>Seconds that a task should take: small partitions are put together until they are expected to. 0 to 1 h; 0 for one partition a task.</summary>
    [Id(0)] public TimeSpan BatchGoal { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Partitions in one task, 1 to 1,000.</summary>
    [Id(1)] public int MostPerBatch { get; init; } = 64;

    /// <summary>Nodes without data take partitions whose data lies elsewhere, after <see cref="LocalityDelay"/>.</summary>
    [Id(2)] public bool Stealing { get; init; } = true;

    /// <summary>How long a node with room and no data of its own stays idle before it takes what lies elsewhere.</summary>
    [Id(3)] public TimeSpan LocalityDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Stragglers are run again on another node; the first result counts.</summary>
    [Id(4)] public bool Speculation { get; init; } = true;

    /// <summary>Copies at once, as a part of the tasks that run; at least one may. 0 to 1.</summary>
    [Id(5)] public double SpeculationShare { get; init; } = 0.1;

    /// <summary>A straggler has run this many times as long as the others take for as much. Over 1.</summary>
    [Id(6)] public double SlowerThan { get; init; } = 1.5;

    /// <summary>Nothing that has run for less is a straggler.</summary>
    [Id(7)] public TimeSpan SpeculateAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Further tries of a partition that failed alone.</summary>
    [Id(8)] public int Retries { get; init; } = 3;

    [Id(9)] public PoisonPolicy OnPoison { get; init; }

    /// <summary>Most tasks at once; 0 for as many as the pool has room for.</summary>
    [Id(10)] public int Workers { get; init; }

    /// <summary>A stage pauses while this many of its results wait for the stage after it. Counts with <see cref="WorkFlow.Each"/>.</summary>
    [Id(11)] public int Ahead { get; init; } = 256;
}

/// <summary>What becomes of work when a partition fails every time.</summary>
[GenerateSerializer]
public enum PoisonPolicy
{
    /// <summary>It ends as failed.</summary>
    Fail,

    /// <summary>The partition is left out, and those that wait for it alone.</summary>
    Skip,
}
