using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling;

/// <summary>One thing that happened to a pool. Which fields mean what is said at <see cref="EventKind"/>; unused ones are zero or null.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="At">When, microseconds since the Unix epoch.</param>
/// <param name="Number">The task, or the first of a run of tasks.</param>
/// <param name="Token">Fencing token.</param>
/// <param name="Value">A time or a small code.</param>
/// <param name="Node">Index of a node in this pool, in the order of first declaration.</param>
/// <param name="Count">Length of a run, or a small code.</param>
/// <param name="Detail">A specification, a record or a reason.</param>
public readonly record struct PoolEvent(EventKind Kind, long At, long Number = 0, long Token = 0, long Value = 0, int Node = 0,
    int Count = 0, object? Detail = null);

/// <summary>An item as it was admitted: all that its members share.</summary>
/// <param name="Spec">What to run.</param>
/// <param name="After">Numbers of tasks that must have succeeded first.</param>
/// <param name="AfterItems">Runs of tasks that must all have succeeded first.</param>
/// <param name="Estimate">Expected run time, microseconds.</param>
public sealed record AdmittedItem(TaskSpec Spec, IReadOnlyList<long> After, IReadOnlyList<NumberRun> AfterItems, long Estimate);

/// <summary>Tasks with successive numbers: the members of one item.</summary>
public readonly record struct NumberRun(long First, int Count);

/// <summary>A remembered operation.</summary>
public sealed record OperationRecord(string Id, SubmitReply Reply);

/// <summary>How an attempt ended.</summary>
/// <param name="Exit">What the node reported; null when nobody saw the end.</param>
/// <param name="Reason">One line for people; empty for success.</param>
public readonly record struct EndRecord(ExitInfo? Exit, string Reason)
{
    /// <summary>As an event's detail: an end without a reason, which most are, is the exit itself, so that it costs no allocation.</summary>
    public object? ToDetail() => Reason.Length == 0 ? Exit : this;

    public static EndRecord From(object? detail) => detail is EndRecord record ? record : new EndRecord((ExitInfo?)detail, "");
}
