using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>What a submission admitted.</summary>
public sealed class SubmittedTasks
{
    private readonly long[] _firstOfItem;
    private readonly int[] _countOfItem;

    internal SubmittedTasks(string pool, string operationId, IReadOnlyList<SubmitItem> items, SubmitReply reply)
    {
        OperationId = operationId;
        Ids = new TaskIdRange(pool, reply.First, reply.Count);
        Rejected = [.. reply.Rejected.Select(r => new RejectedTask(new TaskId(pool, r.Number), r.Reason, r.EarliestFinish))];
        Notes = reply.Notes;
        _firstOfItem = new long[items.Count];
        _countOfItem = new int[items.Count];
        var next = reply.First;
        for (var i = 0; i < items.Count; i++)
        {
            (_firstOfItem[i], _countOfItem[i]) = (next, items[i].Count);
            next += items[i].Count;
        }
    }

    /// <summary>Submitting again with it returns these tasks instead of admitting them twice.</summary>
    public string OperationId { get; }

    /// <summary>Every id, in the order of the items, an array's members in a run. Rejected tasks have an id too.</summary>
    public TaskIdRange Ids { get; }

    /// <summary>Tasks whose deadline cannot be kept; they will not run.</summary>
    public IReadOnlyList<RejectedTask> Rejected { get; }

    /// <summary>What the caller should know, for example that an agent was created with weight 1.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The ids that one item became.</summary>
    public TaskIdRange IdsOf(int item) => new(Ids.Pool, _firstOfItem[item], _countOfItem[item]);
}

/// <summary>A task that was refused: it has an id and the state Rejected.</summary>
/// <param name="EarliestFinish">The earliest finish that could be promised; null when none could.</param>
public sealed record RejectedTask(TaskId Id, string Reason, DateTimeOffset? EarliestFinish);

/// <summary>What became of a request to cancel.</summary>
/// <param name="Accepted">Cancelled, or being stopped.</param>
/// <param name="AlreadyFinished">Ended before; nothing changed.</param>
/// <param name="NotFound">Never known.</param>
public sealed record CancelledTasks(IReadOnlyList<TaskId> Accepted, IReadOnlyList<TaskId> AlreadyFinished, IReadOnlyList<TaskId> NotFound);
