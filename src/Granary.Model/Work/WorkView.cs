using Orleans;

namespace Granary.Model;

/// <summary>Where work is in its life.</summary>
[GenerateSerializer]
public enum WorkState
{
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>Where a partition is in its life.</summary>
[GenerateSerializer]
public enum PartitionState
{
    /// <summary>Waits for partitions of stages before it.</summary>
    Blocked,
    Waiting,

    /// <summary>In a task that has been submitted.</summary>
    Running,
    Done,

    /// <summary>Failed every time, or waits for one that did, and was left out.</summary>
    Skipped,
}

/// <summary>Partitioned work as surfaces show it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WorkView")]
public sealed record WorkView
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required string Agent { get; init; }
    [Id(3)] public required string Pool { get; init; }
    [Id(4)] public required WorkState State { get; init; }

    /// <summary>Why it ended as it did, or why it does not get on; empty for nothing.</summary>
    [Id(5)] public string Reason { get; init; } = "";

    [Id(6)] public DateTimeOffset Created { get; init; }
    [Id(7)] public DateTimeOffset? Ended { get; init; }
    [Id(8)] public IReadOnlyList<WorkStageView> Stages { get; init; } = [];
    [Id(9)] public IReadOnlyList<WorkNodeView> Nodes { get; init; } = [];
    [Id(10)] public IReadOnlyList<StragglerView> Stragglers { get; init; } = [];

    /// <summary>Tasks begun in all, copies among them.</summary>
    [Id(11)] public int Tasks { get; init; }

    /// <summary>Tasks that took partitions whose data lies on another node.</summary>
    [Id(12)] public int Stolen { get; init; }

    /// <summary>Copies of stragglers, and how many of them were first.</summary>
    [Id(13)] public int Copies { get; init; }
    [Id(14)] public int CopiesFirst { get; init; }

    /// <summary>Tasks that failed.</summary>
    [Id(15)] public int Failures { get; init; }

    /// <summary>Run time of the results that count: what one worker would have taken, without its starts and waits.</summary>
    [Id(16)] public TimeSpan BusyTime { get; init; }

    /// <summary>Run time of results that came second.</summary>
    [Id(17)] public TimeSpan WastedTime { get; init; }

    /// <summary><see cref="BusyTime"/> over the time since it began; 0 before the first result.</summary>
    [Id(18)] public double SpeedUp { get; init; }

    /// <summary>Partitions a second since it began.</summary>
    [Id(19)] public double Rate { get; init; }

    /// <summary>When it should be done at the speed so far; null when that is not known.</summary>
    [Id(20)] public DateTimeOffset? ExpectedEnd { get; init; }

    public int Partitions => Stages.Sum(s => s.Partitions);
    public int Done => Stages.Sum(s => s.Done);
    public int Running => Stages.Sum(s => s.Running);
    public int Waiting => Stages.Sum(s => s.Waiting);
    public int Blocked => Stages.Sum(s => s.Blocked);
    public int Skipped => Stages.Sum(s => s.Skipped);
}

/// <summary>How far a stage is.</summary>
/// <param name="Tasks">Its tasks that have been submitted and have not ended.</param>
/// <param name="BatchSize">Partitions that its next task would get.</param>
/// <param name="SecondsEach">What a partition of mean size takes; 0 while unknown.</param>
[GenerateSerializer, Immutable, Alias("Granary.WorkStageView")]
public sealed record WorkStageView(
    [property: Id(0)] string Name,
    [property: Id(1)] int Partitions,
    [property: Id(2)] int Done,
    [property: Id(3)] int Running,
    [property: Id(4)] int Waiting,
    [property: Id(5)] int Blocked,
    [property: Id(6)] int Skipped,
    [property: Id(7)] int Tasks,
    [property: Id(8)] int BatchSize,
    [property: Id(9)] double SecondsEach);

/// <summary>What a node did for the work.</summary>
/// <param name="Running">Its tasks there.</param>
/// <param name="Done">Partitions whose result came from there.</param>
/// <param name="Speed">Against the others: 1 is as fast, 0.5 takes twice as long; 0 while unknown.</param>
[GenerateSerializer, Immutable, Alias("Granary.WorkNodeView")]
public sealed record WorkNodeView(
    [property: Id(0)] string Node,
    [property: Id(1)] int Running,
    [property: Id(2)] int Done,
    [property: Id(3)] double Speed);

/// <summary>A task that takes longer than the others for as much.</summary>
/// <param name="Task">Its id.</param>
/// <param name="Seconds">How long it has run.</param>
/// <param name="Expected">How long the others take for as much.</param>
/// <param name="Copy">The task that runs the same elsewhere; null for none yet.</param>
[GenerateSerializer, Immutable, Alias("Granary.StragglerView")]
public sealed record StragglerView(
    [property: Id(0)] TaskId Task,
    [property: Id(1)] string Stage,
    [property: Id(2)] string Node,
    [property: Id(3)] double Seconds,
    [property: Id(4)] double Expected,
    [property: Id(5)] TaskId? Copy);

/// <summary>One partition.</summary>
/// <param name="Task">The task whose result counts, once it is done.</param>
/// <param name="Failures">Times it failed alone.</param>
[GenerateSerializer, Immutable, Alias("Granary.PartitionView")]
public sealed record PartitionView(
    [property: Id(0)] string Stage,
    [property: Id(1)] int Partition,
    [property: Id(2)] PartitionState State,
    [property: Id(3)] TaskId? Task,
    [property: Id(4)] int Failures);
