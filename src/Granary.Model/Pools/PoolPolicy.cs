using Orleans;

namespace Granary.Model;

/// <summary>A pool's rules beyond its strategy. A part that is null has its defaults.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PoolPolicy")]
public sealed record PoolPolicy
{
    /// <summary>How shares are counted.</summary>
    [Id(0)] public FairnessPolicy? Fairness { get; init; }

    /// <summary>Who may be stopped for whom.</summary>
    [Id(1)] public PreemptionPolicy? Preemption { get; init; }

    /// <summary>Which nodes are better than others.</summary>
    [Id(2)] public PlacementPolicy? Placement { get; init; }

    /// <summary>What the pool lends to its cohort and borrows from it.</summary>
    [Id(3)] public LendingPolicy? Lending { get; init; }

    /// <summary>How deadlines are promised and how large tasks are kept from starving.</summary>
    [Id(4)] public PromisePolicy? Promises { get; init; }

    /// <summary>How far measured use may be overcommitted.</summary>
    [Id(5)] public OvercommitPolicy? Overcommit { get; init; }

    /// <summary>The template these rules came from; empty for none.</summary>
    [Id(6)] public string Template { get; init; } = "";

    /// <summary>What tasks are given when they ask for no terms of their own.</summary>
    [Id(7)] public TaskDefaults? Tasks { get; init; }

    /// <summary>Parts with a scheduler each, among which nodes and tasks are shared out; null or 1 for one scheduler.</summary>
    [Id(8)] public int? Shards { get; init; }
}
