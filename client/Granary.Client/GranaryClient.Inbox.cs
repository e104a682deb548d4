using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Work that waits for people in all pools or one, the longest waiting first.</summary>
    /// <param name="query">Null for all.</param>
    /// <param name="pool">Null for all pools.</param>
    /// <param name="ct">Ends the call.</param>
    public async Task<IReadOnlyList<InboxItem>> InboxAsync(InboxQuery? query = null, string? pool = null, CancellationToken ct = default)
    {
        var items = new List<InboxItem>();
        foreach (var name in pool is null ? await PoolNamesAsync(ct) : [pool])
        {
            var inbox = Inbox(name);
            items.AddRange(await _calls.CallAsync(() => inbox.List(query ?? new InboxQuery()), ct));
        }
        items.Sort((a, b) => Nullable.Compare(a.Task.Started, b.Task.Started));
        return items;
    }

    /// <summary>Says that somebody does a piece of work: nobody else can complete it from then on.</summary>
    /// <exception cref="GranaryException">Refused when it is for somebody else or claimed by somebody else; NotFound.</exception>
    public Task<InboxItem> ClaimAsync(TaskId id, string by, CancellationToken ct = default)
    {
        var inbox = Inbox(id.Pool);
        return _calls.CallAsync(() => inbox.Claim(id.Number, by), ct);
    }

    /// <summary>Gives work back to everybody, whoever had claimed it.</summary>
    public Task<InboxItem> ReleaseAsync(TaskId id, CancellationToken ct = default)
    {
        var inbox = Inbox(id.Pool);
        return _calls.CallAsync(() => inbox.Release(id.Number), ct);
    }

    /// <summary>Ends a task that is for a person. Saying it again does no harm: the answer is how it ended first.</summary>
    /// <exception cref="GranaryException">Invalid when its form is not filled in; Refused when it is for somebody else, claimed by somebody else, or does not run.</exception>
    public Task<CompletionReply> CompleteAsync(TaskId id, Completion completion, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(completion);
        var task = Cluster.GetGrain<ITaskGrain>(id.ToString());
        return _calls.CallAsync(() => task.Complete(completion), ct);
    }

    private IInboxGrain Inbox(string pool) => Cluster.GetGrain<IInboxGrain>(pool);
}
