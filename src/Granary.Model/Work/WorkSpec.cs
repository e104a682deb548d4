using Orleans;

namespace Granary.Model;

/// <summary>Work in partitions that run anywhere in a pool: one stage, or a pipeline of stages.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WorkSpec")]
public sealed record WorkSpec
{
    public const int MostPartitions = 50_000;
    public const int MostStages = 32;

    [Id(0)] public string Name { get; init; } = "";
    [Id(1)] public required string Agent { get; init; }
    [Id(2)] public string Pool { get; init; } = TaskId.DefaultPool;

    /// <summary>In the order of their names' first use; a stage comes after those it waits for.</summary>
    [Id(3)] public required IReadOnlyList<WorkStage> Stages { get; init; }

    [Id(4)] public WorkPolicy Policy { get; init; } = new();
}

/// <summary>One command over many partitions.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WorkStage")]
public sealed record WorkStage
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>What runs for each partition. Its words may hold <c>{}</c>, <c>{partition}</c>, <c>{count}</c>, <c>{input}</c>, <c>{offset}</c>, <c>{length}</c>, <c>{output}</c>.</summary>
    [Id(1)] public required TaskSpec Task { get; init; }

    [Id(2)] public required IReadOnlyList<WorkPartition> Partitions { get; init; }

    /// <summary>Stages before it, by name.</summary>
    [Id(3)] public IReadOnlyList<string> After { get; init; } = [];

    [Id(4)] public WorkFlow Flow { get; init; }

    /// <summary>A directory that every node sees: what a partition writes to its standard output becomes the file <c>STAGE-NUMBER</c> there, once. Empty for none.</summary>
    [Id(5)] public string Output { get; init; } = "";
}

/// <summary>What a stage waits for.</summary>
[GenerateSerializer]
public enum WorkFlow
{
    /// <summary>Every partition of the stages before it (a reduction).</summary>
    All,

    /// <summary>For partition i only partition i of the stages before it (a pipeline): these have as many.</summary>
    Each,
}

/// <summary>One part of the work.</summary>
/// <param name="Inputs">Files or other names that it is about; empty for a number alone.</param>
/// <param name="Offset">First byte of a range of the only input.</param>
/// <param name="Length">Bytes of the range; 0 for all of it.</param>
/// <param name="Bytes">How much it is; 0 for unknown.</param>
/// <param name="At">Nodes that have its data; null where it does not matter.</param>
[GenerateSerializer, Immutable, Alias("Granary.WorkPartition")]
public sealed record WorkPartition(
    [property: Id(0)] IReadOnlyList<string> Inputs,
    [property: Id(1)] long Offset = 0,
    [property: Id(2)] long Length = 0,
    [property: Id(3)] long Bytes = 0,
    [property: Id(4)] IReadOnlyList<string>? At = null);
