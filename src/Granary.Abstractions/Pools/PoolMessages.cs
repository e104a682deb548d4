using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>Tasks to admit in one go.</summary>
/// <param name="OperationId">Chosen by the caller; repeating it returns the first answer instead of admitting again. Up to 64 characters.</param>
/// <param name="Items">Admitted in this order, all or none.</param>
[GenerateSerializer, Immutable, Alias("Granary.SubmitBatch")]
public sealed record SubmitBatch(
    [property: Id(0)] string OperationId,
    [property: Id(1)] IReadOnlyList<SubmitItem> Items)
{
    /// <summary>The first number for its tasks, where a sharded pool has given it out; 0 from everybody else.</summary>
    [Id(2)] public long Number { get; init; }
}

/// <summary>One task, or an array of <paramref name="Count"/> tasks that share a spec.</summary>
/// <param name="Spec">What to run.</param>
/// <param name="Count">Members, 1 to 1,000,000.</param>
/// <param name="After">Tasks of this pool that must have succeeded first.</param>
/// <param name="AfterItems">Positions in the same batch, all before this one: every member of them must have succeeded first.</param>
[GenerateSerializer, Immutable, Alias("Granary.SubmitItem")]
public sealed record SubmitItem(
    [property: Id(0)] TaskSpec Spec,
    [property: Id(1)] int Count = 1,
    [property: Id(2)] IReadOnlyList<TaskId>? After = null,
    [property: Id(3)] IReadOnlyList<int>? AfterItems = null);

/// <summary>Ids in the order of the items, members of an array in a run.</summary>
/// <param name="First">Number of the first task admitted; the rest follow without gaps.</param>
/// <param name="Count">How many were admitted.</param>
/// <param name="Rejected">Tasks whose deadline cannot be kept: they have an id and the state <see cref="TaskState.Rejected"/>.</param>
/// <param name="Notes">What the caller should know, for example that an agent was created with weight 1.</param>
[GenerateSerializer, Immutable, Alias("Granary.SubmitReply")]
public sealed record SubmitReply(
    [property: Id(0)] long First,
    [property: Id(1)] int Count,
    [property: Id(2)] IReadOnlyList<Rejection> Rejected,
    [property: Id(3)] IReadOnlyList<string> Notes);

/// <summary>Why a task was refused, and the earliest finish that could be promised.</summary>
[GenerateSerializer, Immutable, Alias("Granary.Rejection")]
public sealed record Rejection(
    [property: Id(0)] long Number,
    [property: Id(1)] string Reason,
    [property: Id(2)] DateTimeOffset? EarliestFinish);

[GenerateSerializer, Immutable, Alias("Granary.CancelRequest")]
public sealed record CancelRequest(
    [property: Id(0)] IReadOnlyList<long> Numbers,
    [property: Id(1)] string Reason);

/// <param name="Accepted">Cancelled, or being stopped.</param>
/// <param name="AlreadyFinished">Ended before; nothing changed.</param>
/// <param name="NotFound">Never known here.</param>
[GenerateSerializer, Immutable, Alias("Granary.CancelReply")]
public sealed record CancelReply(
    [property: Id(0)] IReadOnlyList<long> Accepted,
    [property: Id(1)] IReadOnlyList<long> AlreadyFinished,
    [property: Id(2)] IReadOnlyList<long> NotFound);

/// <summary>Which tasks to list. Empty or null fields do not filter.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskQuery")]
public sealed record TaskQuery
{
    public const int MaxLimit = 10_000;

    [Id(0)] public string Agent { get; init; } = "";
    [Id(1)] public IReadOnlyList<TaskState>? States { get; init; }
    [Id(2)] public string Name { get; init; } = "";
    [Id(3)] public IReadOnlyDictionary<string, string>? Labels { get; init; }
    [Id(4)] public DateTimeOffset? SubmittedFrom { get; init; }
    [Id(5)] public DateTimeOffset? SubmittedTo { get; init; }

    /// <summary>Only numbers below this one; 0 for the newest page.</summary>
    [Id(6)] public long Before { get; init; }

    /// <summary>Rows in the page, 1 to <see cref="MaxLimit"/>.</summary>
    [Id(7)] public int Limit { get; init; } = 1000;

    /// <summary>Only tasks that this executor carries out, and only those that have not ended; null for all.</summary>
    [Id(8)] public ExecutorKind? Executor { get; init; }
}

/// <param name="Tasks">Newest number first.</param>
/// <param name="Next">Pass as <see cref="TaskQuery.Before"/> for the next page; 0 when there is none.</param>
[GenerateSerializer, Immutable, Alias("Granary.TaskPage")]
public sealed record TaskPage(
    [property: Id(0)] IReadOnlyList<TaskView> Tasks,
    [property: Id(1)] long Next);

/// <summary>One task, why it is where it is, and who goes before it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskExplanation")]
public sealed record TaskExplanation(
    [property: Id(0)] TaskView Task,
    [property: Id(1)] WaitExplanation? Waiting,
    [property: Id(2)] IReadOnlyList<string> History,
    [property: Id(3)] AgentShare? Share,
    [property: Id(20)] DecisionRecord? Decision = null,
    [property: Id(21)] DecisionOutcome? Outcome = null,
    [property: Id(22)] DateTimeOffset? ExpectedStart = null)
{
    /// <summary>Which nodes it may take and how they compare; null when it is not live.</summary>
    [Id(10)] public PlacementExplanation? Placement { get; init; }
}

/// <summary>Tasks that changed, in the order of their changes; each as it is now.</summary>
/// <param name="Cursor">Pass to the next call.</param>
/// <param name="Gap">Changes were missed: read again what matters.</param>
[GenerateSerializer, Immutable, Alias("Granary.ChangeBatch")]
public sealed record ChangeBatch(
    [property: Id(0)] long Cursor,
    [property: Id(1)] bool Gap,
    [property: Id(2)] IReadOnlyList<TaskChange> Changes);

/// <summary>What a watcher needs of a change; the whole task is one <c>Get</c> away.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskChange")]
public sealed record TaskChange(
    [property: Id(0)] TaskId Id,
    [property: Id(1)] string Agent,
    [property: Id(2)] string Name,
    [property: Id(3)] TaskState State,
    [property: Id(4)] string Reason,
    [property: Id(5)] string Node,
    [property: Id(6)] int Attempt,
    [property: Id(7)] DateTimeOffset At,
    [property: Id(8)] int? ExitCode);

/// <param name="Spec">Name, pool and capacity.</param>
/// <param name="Live">Leases that the agent still holds processes (or unreported ends) for; null when only the declaration changed and leases are not in question.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeUpRequest")]
public sealed record NodeUpRequest(
    [property: Id(0)] NodeSpec Spec,
    [property: Id(1)] NodeState State,
    [property: Id(2)] IReadOnlyList<Lease>? Live)
{
    /// <summary>How often the node has gone from one part of a sharded pool to another; told by its front, 0 from everybody else.</summary>
    [Id(3)] public long Move { get; init; }
}

/// <param name="Expected">Leases of this node that the pool counts on: those the agent does not have must be started or answered with <see cref="ReportKind.NotHere"/>.</param>
/// <param name="Stale">Leases that the agent holds but must stop: fenced meanwhile.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeUpReply")]
public sealed record NodeUpReply(
    [property: Id(0)] IReadOnlyList<Assignment> Expected,
    [property: Id(1)] IReadOnlyList<Lease> Stale)
{
    /// <summary>Pools that have borrowed a part of this node: they hold leases here too.</summary>
    [Id(2)] public IReadOnlyList<string> Borrowers { get; init; } = [];
}

/// <summary>What leases hold of a node.</summary>
[GenerateSerializer, Immutable, Alias("Granary.NodeUse")]
public sealed record NodeUse(
    [property: Id(0)] ResourceSet Used,
    [property: Id(1)] int Tasks);
