using Orleans;

namespace Granary.Model;

/// <summary>What would become of a submission; nothing was changed.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WhatIfSubmission")]
public sealed record WhatIfSubmission
{
    [Id(0)] public string Pool { get; init; } = "";

    /// <summary>It would be admitted; otherwise <see cref="Refusal"/> says why not.</summary>
    [Id(1)] public bool Admitted { get; init; }

    [Id(2)] public string Refusal { get; init; } = "";

    /// <summary>For a deadline that cannot be kept: the earliest finish that could be promised.</summary>
    [Id(3)] public DateTimeOffset? EarliestFinish { get; init; }

    /// <summary>Place in the queue of the first member, from 1; 0 when it would start at once.</summary>
    [Id(4)] public int Position { get; init; }

    /// <summary>When the first member would start, and when the last would end.</summary>
    [Id(5)] public DateTimeOffset? Start { get; init; }

    [Id(6)] public DateTimeOffset? Finish { get; init; }

    /// <summary>The node of the first member; empty when that is not known.</summary>
    [Id(7)] public string Node { get; init; } = "";

    [Id(8)] public DecisionRecord? Decision { get; init; }

    /// <summary>How many waiting tasks would start later than they would without it; null where that was not worked out.</summary>
    [Id(9)] public int? Delayed { get; init; }

    /// <summary>The largest such delay, seconds.</summary>
    [Id(10)] public double? LargestDelayS { get; init; }

    [Id(11)] public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What the loss of a node would mean; nothing was changed.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WhatIfNodeLoss")]
public sealed record WhatIfNodeLoss
{
    [Id(0)] public string Pool { get; init; } = "";
    [Id(1)] public string Node { get; init; } = "";

    /// <summary>Capacity that would be gone, as a part of the pool's dominant resource.</summary>
    [Id(2)] public double OfPool { get; init; }

    [Id(3)] public ResourceSet Capacity { get; init; } = ResourceSet.Zero;

    /// <summary>Tasks that run there now, and what would become of each.</summary>
    [Id(4)] public IReadOnlyList<StrandedTask> Tasks { get; init; } = [];

    /// <summary>Tasks beyond those that <see cref="Tasks"/> lists.</summary>
    [Id(5)] public int More { get; init; }

    /// <summary>Of the tasks there: how many would start again elsewhere at once, wait for room, and be lost for good.</summary>
    [Id(6)] public int Restarted { get; init; }

    [Id(7)] public int Waiting { get; init; }
    [Id(8)] public int Ended { get; init; }

    /// <summary>Work that would be done again: core-seconds since each task's last checkpoint.</summary>
    [Id(9)] public double LostCoreSeconds { get; init; }

    /// <summary>Accepted deadlines that no remaining node could keep.</summary>
    [Id(10)] public IReadOnlyList<TaskId> BrokenPromises { get; init; } = [];

    /// <summary>Requests of waiting tasks that no remaining node could ever hold.</summary>
    [Id(11)] public int Infeasible { get; init; }

    /// <summary>Agents whose guarantees the remaining capacity would not cover, the sum taken in one go.</summary>
    [Id(12)] public IReadOnlyList<string> UncoveredGuarantees { get; init; } = [];

    /// <summary>One line that sums it up.</summary>
    [Id(13)] public string Verdict { get; init; } = "";
}

/// <summary>A task on a node that might be lost.</summary>
/// <param name="Fate"><c>restarts</c>, <c>waits</c> or <c>lost</c>.</param>
/// <param name="Node">Where it would start again; empty for nowhere yet.</param>
[GenerateSerializer, Immutable, Alias("Granary.StrandedTask")]
public sealed record StrandedTask(
    [property: Id(0)] TaskId Id,
    [property: Id(1)] string Agent,
    [property: Id(2)] string Name,
    [property: Id(3)] string Fate,
    [property: Id(4)] string Node,
    [property: Id(5)] double RanS);
