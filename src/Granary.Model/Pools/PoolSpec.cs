using Orleans;

namespace Granary.Model;

/// <summary>Capacity with one scheduler.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PoolSpec")]
public sealed record PoolSpec
{
    [Id(0)] public required string Name { get; init; }
    [Id(1)] public PoolStrategy Strategy { get; init; } = PoolStrategy.Fair;
    [Id(2)] public PoolMode Mode { get; init; } = PoolMode.Balanced;

    /// <summary>Pools of one cohort lend to each other; empty for none.</summary>
    [Id(3)] public string Cohort { get; init; } = "";

    /// <summary>Rules beyond the strategy; null for the defaults.</summary>
    [Id(4)] public PoolPolicy? Policy { get; init; }

    /// <summary>How many schedulers share the pool's nodes and tasks; 1 for most pools.</summary>
    public int Shards => Math.Max(1, Policy?.Shards ?? 1);
}

/// <summary>How a pool orders what waits.</summary>
[GenerateSerializer]
public enum PoolStrategy
{
    /// <summary>Weighted dominant-resource fairness with classes, deadlines first within an agent.</summary>
    Fair,
    Fifo,
    Priority,
    Sla,
    Cost,
    Affinity,
    MlAdaptive,
}

/// <summary>How much risk the bottleneck eliminator may take.</summary>
[GenerateSerializer]
public enum PoolMode
{
    Conservative,
    Balanced,
    Aggressive,
}

/// <summary>A pool as surfaces show it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PoolView")]
public sealed record PoolView
{
    [Id(0)] public required PoolSpec Spec { get; init; }
    [Id(1)] public ResourceSet Capacity { get; init; } = ResourceSet.Zero;
    [Id(2)] public ResourceSet Used { get; init; } = ResourceSet.Zero;
    [Id(3)] public int Nodes { get; init; }
    [Id(4)] public int ReadyNodes { get; init; }
    [Id(5)] public int Queued { get; init; }
    [Id(6)] public int Placed { get; init; }
    [Id(7)] public int Running { get; init; }
    [Id(8)] public long Succeeded { get; init; }
    [Id(9)] public long Failed { get; init; }
    [Id(10)] public long Cancelled { get; init; }
    [Id(11)] public long Rejected { get; init; }
    [Id(12)] public long Lost { get; init; }

    /// <summary>How many wait for each reason.</summary>
    [Id(13)] public IReadOnlyDictionary<WaitReason, int> Waiting { get; init; } = new Dictionary<WaitReason, int>();

    /// <summary>Journal sequence that this view reflects.</summary>
    [Id(14)] public long Sequence { get; init; }

    [Id(15)] public DateTimeOffset Created { get; init; }
    [Id(16)] public long Decisions { get; init; }
    [Id(17)] public long DeadlinesKept { get; init; }
    [Id(18)] public long DeadlinesMissed { get; init; }

    /// <summary>What the reader should know, for example that a plug-in is missing and what stands in for it; empty for nothing.</summary>
    [Id(19)] public string Note { get; init; } = "";

    /// <summary>How many tasks were stopped for others, by kind; kinds that have not happened are absent.</summary>
    [Id(24)] public IReadOnlyDictionary<PreemptionKind, long> Preemptions { get; init; } = new Dictionary<PreemptionKind, long>();

    /// <summary>What is lent of its nodes to other pools of the cohort; it is no part of <see cref="Used"/>.</summary>
    [Id(26)] public ResourceSet Lent { get; init; } = ResourceSet.Zero;

    /// <summary>What it has borrowed; it is a part of <see cref="Capacity"/>.</summary>
    [Id(27)] public ResourceSet Borrowed { get; init; } = ResourceSet.Zero;

    /// <summary>Loans given and taken that have not ended.</summary>
    [Id(28)] public IReadOnlyList<Loan> Loans { get; init; } = [];

    /// <summary>What is given beyond the nodes' own room; null unless the pool overcommits, or did and not all of it has ended.</summary>
    [Id(29)] public OvercommitView? Overcommit { get; init; }
}
