using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A pool as scripts read it.</summary>
public sealed record PoolJson
{
    public required string Name { get; init; }

    /// <summary><c>fair</c>, <c>fifo</c>, <c>priority</c>, <c>sla</c>, <c>cost</c>, <c>affinity</c> or <c>ml_adaptive</c>.</summary>
    public required PoolStrategy Strategy { get; init; }

    /// <summary><c>conservative</c>, <c>balanced</c> or <c>aggressive</c>.</summary>
    public required PoolMode Mode { get; init; }

    /// <summary>Pools of one cohort lend to each other; null for none.</summary>
    public required string? Cohort { get; init; }

    /// <summary>The template its rules came from; null for none.</summary>
    public required string? Template { get; init; }

    /// <summary>Rules beyond the strategy; null for the defaults.</summary>
    public required PoolPolicy? Policy { get; init; }

    /// <summary>What the reader should know; null for nothing.</summary>
    public required string? Note { get; init; }
    public required ResourceSet Capacity { get; init; }
    public required ResourceSet Used { get; init; }

    /// <summary>What is lent of its nodes to other pools; no part of <c>used</c>.</summary>
    public required ResourceSet Lent { get; init; }

    /// <summary>What it has borrowed; a part of <c>capacity</c>.</summary>
    public required ResourceSet Borrowed { get; init; }

    /// <summary>Loans given and taken that have not ended.</summary>
    public required IReadOnlyList<LoanJson> Loans { get; init; }

    /// <summary>What it may lend and borrow, and its weight there; null where nothing was said.</summary>
    public required LendingJson? Lending { get; init; }

    /// <summary>What is given beyond the nodes' own room, by measured use; null unless the pool overcommits.</summary>
    public required OvercommitJson? Overcommit { get; init; }
    public required int Nodes { get; init; }
    public required int ReadyNodes { get; init; }
    public required int Queued { get; init; }
    public required int Placed { get; init; }
    public required int Running { get; init; }
    public required long Succeeded { get; init; }
    public required long Failed { get; init; }
    public required long Cancelled { get; init; }
    public required long Rejected { get; init; }
    public required long Lost { get; init; }

    /// <summary>How many wait for each reason.</summary>
    public required IReadOnlyDictionary<string, int> Waiting { get; init; }
    public required long Decisions { get; init; }
    public required long DeadlinesKept { get; init; }
    public required long DeadlinesMissed { get; init; }

    /// <summary>Tasks that were stopped for others, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Preemptions { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Journal sequence that this view reflects.</summary>
    public required long Sequence { get; init; }

    public static PoolJson From(PoolView view) => new()
    {
        Name = view.Spec.Name,
        Strategy = view.Spec.Strategy,
        Mode = view.Spec.Mode,
        Cohort = TaskJson.Absent(view.Spec.Cohort),
        Template = TaskJson.Absent(view.Spec.Policy?.Template ?? ""),
        Policy = view.Spec.Policy,
        Note = TaskJson.Absent(view.Note),
        Capacity = view.Capacity,
        Used = view.Used,
        Lent = view.Lent,
        Borrowed = view.Borrowed,
        Loans = [.. view.Loans.Select(LoanJson.From)],
        Lending = LendingJson.From(view.Spec.Policy?.Lending),
        Overcommit = OvercommitJson.From(view.Overcommit),
        Nodes = view.Nodes,
        ReadyNodes = view.ReadyNodes,
        Queued = view.Queued,
        Placed = view.Placed,
        Running = view.Running,
        Succeeded = view.Succeeded,
        Failed = view.Failed,
        Cancelled = view.Cancelled,
        Rejected = view.Rejected,
        Lost = view.Lost,
        Waiting = view.Waiting.Where(w => w.Value > 0).OrderBy(w => w.Key).ToDictionary(w => w.Key.ToString(), w => w.Value),
        Decisions = view.Decisions,
        DeadlinesKept = view.DeadlinesKept,
        DeadlinesMissed = view.DeadlinesMissed,
        Preemptions = Enum.GetValues<PreemptionKind>().ToDictionary(k => k.ToString(), k => view.Preemptions.GetValueOrDefault(k)),
        Created = view.Created,
        Sequence = view.Sequence,
    };
}
