using Granary.Abstractions;
using Granary.Distribution.Jobs;
using Granary.Model;
using Orleans;

namespace Granary.Grains.Work;

/// <summary>What the work is: written once.</summary>
[GenerateSerializer, Alias("Granary.WorkSpecState")]
public sealed class WorkSpecState
{
    /// <summary>Null before it begins.</summary>
    [Id(0)] public WorkSpec? Spec { get; set; }

    [Id(1)] public DateTimeOffset Created { get; set; }
}

/// <summary>How far it is: written before tasks are submitted, and when it ends.</summary>
[GenerateSerializer, Alias("Granary.WorkProgressState")]
public sealed class WorkProgressState
{
    [Id(0)] public WorkSnapshot? Snapshot { get; set; }
}

/// <summary>Which work there is.</summary>
[GenerateSerializer, Alias("Granary.WorkListState")]
public sealed class WorkListState
{
    /// <summary>In the order in which it began.</summary>
    [Id(0)] public List<WorkEntry> Entries { get; set; } = [];
}
