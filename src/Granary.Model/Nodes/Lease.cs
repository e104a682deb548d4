using Orleans;

namespace Granary.Model;

/// <summary>
/// The right of one attempt to a node's resources. Tokens only grow within a pool: an agent refuses one older than it has seen for
/// the task, and a report that carries an older one changes nothing.
/// </summary>
[GenerateSerializer, Immutable, Alias("Granary.Lease")]
public sealed record Lease(
    [property: Id(0)] TaskId Task,
    [property: Id(1)] string Node,
    [property: Id(2)] int Attempt,
    [property: Id(3)] long Token);

/// <summary>A lease with all an agent needs to run it.</summary>
/// <param name="GangNodes">Of a gang, the node of each member by index (empty text for one that has ended); else null.</param>
/// <param name="Trace">The span that the attempt belongs below, as W3C <c>traceparent</c>; null for none.</param>
/// <param name="Gpus">Numbers of the node's GPUs it may use, from 0; null where it asked for none or the node's are not told apart.</param>
/// <param name="Class">Its agent's priority class: a node may have processes of one class go before those of another.</param>
[GenerateSerializer, Immutable, Alias("Granary.Assignment")]
public sealed record Assignment(
    [property: Id(0)] Lease Lease,
    [property: Id(1)] TaskSpec Spec,
    [property: Id(2)] int Index,
    [property: Id(3)] int Count,
    [property: Id(4)] IReadOnlyList<string>? GangNodes = null,
    [property: Id(5)] IReadOnlyList<int>? Gpus = null,
    [property: Id(6)] string? Trace = null,
    [property: Id(7)] PriorityClass Class = PriorityClass.Normal);

/// <summary>What an agent says of one lease.</summary>
/// <param name="Trace">The span of the attempt, as W3C <c>traceparent</c>; null for none.</param>
[GenerateSerializer, Immutable, Alias("Granary.TaskReport")]
public sealed record TaskReport(
    [property: Id(0)] Lease Lease,
    [property: Id(1)] ReportKind Kind,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] ExitInfo? Exit,
    [property: Id(4)] string? Trace = null);

[GenerateSerializer]
public enum ReportKind
{
    Started,
    Ended,
    /// <summary>The agent has never heard of this lease (it was sent to an earlier agent that died before starting it).</summary>
    NotHere,

    /// <summary>A running task has written a checkpoint, at the time of the report. Telemetry: one that is lost is made up for by the next.</summary>
    Checkpoint,
}
