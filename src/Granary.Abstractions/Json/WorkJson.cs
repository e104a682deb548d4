using System.Text.Json;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary><c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>.</summary>
public sealed class WorkStateConverter() : NamedEnumConverter<WorkState>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>blocked</c>, <c>waiting</c>, <c>running</c>, <c>done</c>, <c>skipped</c>.</summary>
public sealed class PartitionStateConverter() : NamedEnumConverter<PartitionState>(JsonNamingPolicy.SnakeCaseLower);

/// <summary>Partitioned work as scripts read it: the same fields in REST and in <c>granary work -o json</c>. Fields are only ever added.</summary>
public sealed record WorkJson
{
    public required string Id { get; init; }
    public required string? Name { get; init; }
    public required string Agent { get; init; }
    public required string Pool { get; init; }
    public required WorkState State { get; init; }

    /// <summary>Why it ended as it did, or does not get on; null for nothing.</summary>
    public required string? Reason { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset? Ended { get; init; }
    public required int Partitions { get; init; }
    public required int Done { get; init; }
    public required int Running { get; init; }
    public required int Waiting { get; init; }

    /// <summary>Waiting for stages before them.</summary>
    public required int Blocked { get; init; }
    public required int Skipped { get; init; }

    /// <summary>Tasks begun in all, copies among them.</summary>
    public required int Tasks { get; init; }

    /// <summary>Tasks that took partitions whose data lies elsewhere.</summary>
    public required int Stolen { get; init; }

    /// <summary>Copies of stragglers, and how many of them were first.</summary>
    public required int Copies { get; init; }
    public required int CopiesFirst { get; init; }
    public required int Failures { get; init; }

    /// <summary>Run time of the results that count, seconds; over the time since it began this is <c>speed_up</c>.</summary>
    public required double BusyS { get; init; }
    public required double WastedS { get; init; }
    public required double SpeedUp { get; init; }

    /// <summary>Partitions a second since it began.</summary>
    public required double Rate { get; init; }
    public required DateTimeOffset? ExpectedEnd { get; init; }
    public required IReadOnlyList<WorkStageJson> Stages { get; init; }
    public required IReadOnlyList<WorkNodeJson> Nodes { get; init; }
    public required IReadOnlyList<StragglerJson> Stragglers { get; init; }

    public static WorkJson From(WorkView view) => new()
    {
        Id = view.Id,
        Name = TaskJson.Absent(view.Name),
        Agent = view.Agent,
        Pool = view.Pool,
        State = view.State,
        Reason = TaskJson.Absent(view.Reason),
        Created = view.Created,
        Ended = view.Ended,
        Partitions = view.Partitions,
        Done = view.Done,
        Running = view.Running,
        Waiting = view.Waiting,
        Blocked = view.Blocked,
        Skipped = view.Skipped,
        Tasks = view.Tasks,
        Stolen = view.Stolen,
        Copies = view.Copies,
        CopiesFirst = view.CopiesFirst,
        Failures = view.Failures,
        BusyS = Math.Round(view.BusyTime.TotalSeconds, 3),
        WastedS = Math.Round(view.WastedTime.TotalSeconds, 3),
        SpeedUp = view.SpeedUp,
        Rate = view.Rate,
        ExpectedEnd = view.ExpectedEnd,
        Stages = [.. view.Stages.Select(s => new WorkStageJson(s.Name, s.Partitions, s.Done, s.Running, s.Waiting, s.Blocked, s.Skipped, s.Tasks, s.BatchSize, s.SecondsEach))],
        Nodes = [.. view.Nodes.Select(n => new WorkNodeJson(n.Node, n.Running, n.Done, n.Speed))],
        Stragglers = [.. view.Stragglers.Select(s => new StragglerJson(s.Task.ToString(), s.Stage, s.Node, s.Seconds, s.Expected, s.Copy?.ToString()))],
    };
}

/// <summary>How far a stage is.</summary>
public sealed record WorkStageJson(string Name, int Partitions, int Done, int Running, int Waiting, int Blocked, int Skipped, int Tasks, int BatchSize, double SecondsEach);

/// <summary>What a node did. <c>speed</c> is against the others; 0 while unknown.</summary>
public sealed record WorkNodeJson(string Node, int Running, int Done, double Speed);

/// <summary>A task that takes longer than the others for as much.</summary>
public sealed record StragglerJson(string Task, string Stage, string Node, double Seconds, double ExpectedSeconds, string? Copy);

/// <summary>One entry of the list of work.</summary>
public sealed record WorkEntryJson(string Id, string? Name, string Agent, string Pool, DateTimeOffset Created, bool Ended)
{
    public static WorkEntryJson From(WorkEntry entry) => new(entry.Id, TaskJson.Absent(entry.Name), entry.Agent, entry.Pool, entry.Created, entry.Ended);
}

/// <summary>One partition, and the task whose result counts.</summary>
public sealed record PartitionJson(string Stage, int Partition, PartitionState State, string? Task, int Failures)
{
    public static PartitionJson From(PartitionView view) => new(view.Stage, view.Partition, view.State, view.Task?.ToString(), view.Failures);
}
