using System.Diagnostics;
using System.Runtime.CompilerServices;
using Granary.Abstractions;
using Granary.Abstractions.Diagnostics;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>How many tasks one read names: keeps replies well under the message limit.</summary>
    internal const int ReadChunk = 1000;

    /// <summary>Submits one task; it is durable when this returns.</summary>
    /// <exception cref="GranaryException">Refused, with the reason, when its deadline or request cannot be met.</exception>
    public async Task<TaskId> SubmitAsync(TaskSpec spec, string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        if (_gathered is not null) return await _gathered.SubmitAsync(Traced([new SubmitItem(spec)])[0], pool, ct);
        return Admitted(await SubmitManyAsync([new SubmitItem(spec)], pool, null, ct), 0);
    }

    /// <summary>The id of an item that is one task.</summary>
    /// <exception cref="GranaryException">Refused.</exception>
    internal static TaskId Admitted(SubmittedTasks submitted, int item)
    {
        var id = submitted.IdsOf(item)[0];
        if (submitted.Rejected.FirstOrDefault(r => r.Id == id) is not { } rejected) return id;
        var earliest = rejected.EarliestFinish is { } at ? $"; the earliest finish that can be promised is {at:u}" : "";
        throw GranaryException.Refused($"task {rejected.Id} is refused: {rejected.Reason}{earliest}");
    }

    /// <summary>
    /// Submits many tasks in one go, all or none; they are durable when this returns. When the connection breaks it asks again with the same
    /// operation id, so that nothing is admitted twice. Items are not split over several messages.
    /// </summary>
    /// <param name="items">Tasks and arrays; <see cref="SubmitItem.AfterItems"/> names earlier positions.</param>
    /// <param name="pool">Where they run.</param>
    /// <param name="operationId">Up to 64 characters; null for a new one. Repeating one returns the first answer.</param>
    /// <param name="ct">Stops waiting; the tasks may have been admitted all the same.</param>
    public async Task<SubmittedTasks> SubmitManyAsync(
        IReadOnlyList<SubmitItem> items, string pool = TaskId.DefaultPool, string? operationId = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0) throw GranaryException.Invalid("nothing to submit; give at least one task");
        if (operationId is { Length: 0 or > 64 }) throw GranaryException.Invalid("the operation id must have 1 to 64 characters");
        using var span = GranaryDiagnostics.Source.StartActivity("submit", ActivityKind.Producer);
        span?.SetTag("granary.pool", pool).SetTag("granary.tasks", items.Sum(i => (long)i.Count));
        var batch = new SubmitBatch(operationId ?? Guid.NewGuid().ToString("N"), Traced(items));
        var grain = Pool(pool);
        var reply = await _calls.CallAsync(() => grain.Submit(batch), ct);
        return new SubmittedTasks(pool, batch.OperationId, items, reply);
    }

    /// <summary>Tasks carry on the span that they are submitted in, when there is one and it is recorded.</summary>
    private static IReadOnlyList<SubmitItem> Traced(IReadOnlyList<SubmitItem> items) => GranaryDiagnostics.Current is not { } trace
        ? items
        : [.. items.Select(i => i.Spec.Terms?.Trace is not null ? i : i with { Spec = i.Spec with { Terms = (i.Spec.Terms ?? new()) with { Trace = trace } } })];

    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<TaskView> GetAsync(TaskId id, CancellationToken ct = default)
    {
        var grain = Pool(id.Pool);
        return await _calls.CallAsync(() => grain.Get(id.Number), ct) ?? throw NoTask(id);
    }

    /// <summary>Views in the order of <paramref name="ids"/>.</summary>
    /// <exception cref="GranaryException">NotFound, naming the first that does not exist.</exception>
    public async Task<IReadOnlyList<TaskView>> GetAsync(IReadOnlyList<TaskId> ids, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = new Dictionary<TaskId, TaskView>(ids.Count);
        foreach (var pool in ids.GroupBy(id => id.Pool, StringComparer.Ordinal))
            foreach (var view in await ReadAsync(pool.Key, [.. pool.Select(id => id.Number).Distinct()], ct))
                found[view.Id] = view;
        return [.. ids.Select(id => found.TryGetValue(id, out var view) ? view : throw NoTask(id))];
    }

    /// <summary>Tasks of a pool, newest first, page by page as they are enumerated.</summary>
    /// <param name="pool">Whose tasks.</param>
    /// <param name="query">Null for all; <see cref="TaskQuery.Limit"/> is the size of a page, not of the whole.</param>
    /// <param name="ct">Ends the enumeration.</param>
    public async IAsyncEnumerable<TaskView> ListAsync(
        string pool = TaskId.DefaultPool, TaskQuery? query = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var grain = Pool(pool);
        var page = query ?? new TaskQuery();
        while (true)
        {
            var asked = page;
            TaskPage reply;
            try
            {
                reply = await _calls.CallAsync(() => grain.List(asked), ct);
            }
            catch (GranaryException e) when (page.Limit > 1 && MayBeTooLarge(e))
            {
                page = page with { Limit = page.Limit / 2 };
                continue;
            }
            foreach (var task in reply.Tasks) yield return task;
            // A page that does not lead further down would be asked for forever.
            if (reply.Next <= 0 || (page.Before > 0 && reply.Next >= page.Before)) yield break;
            page = page with { Before = reply.Next };
        }
    }

    /// <summary>Why a task is where it is, and what would help.</summary>
    public Task<TaskExplanation> ExplainAsync(TaskId id, CancellationToken ct = default)
    {
        var grain = Pool(id.Pool);
        return _calls.CallAsync(() => grain.Explain(id.Number), ct);
    }

    /// <summary>Cancels a task: what runs gets SIGTERM, its grace, then SIGKILL. False when it had ended already.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<bool> CancelAsync(TaskId id, string reason = "", CancellationToken ct = default)
    {
        var reply = await CancelAsync([id], reason, ct);
        return reply.NotFound.Count > 0 ? throw NoTask(id) : reply.Accepted.Count > 0;
    }

    /// <summary>Cancels many tasks, of any pools. Those that ended already or never existed are told apart, not an error.</summary>
    public async Task<CancelledTasks> CancelAsync(IReadOnlyList<TaskId> ids, string reason = "", CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var (accepted, finished, unknown) = (new List<TaskId>(), new List<TaskId>(), new List<TaskId>());
        foreach (var pool in ids.Distinct().GroupBy(id => id.Pool, StringComparer.Ordinal))
        {
            var grain = Pool(pool.Key);
            foreach (var chunk in pool.Select(id => id.Number).Chunk(100_000))
            {
                var reply = await _calls.CallAsync(() => grain.Cancel(new CancelRequest(chunk, reason)), ct);
                accepted.AddRange(reply.Accepted.Select(n => new TaskId(pool.Key, n)));
                finished.AddRange(reply.AlreadyFinished.Select(n => new TaskId(pool.Key, n)));
                unknown.AddRange(reply.NotFound.Select(n => new TaskId(pool.Key, n)));
            }
        }
        return new CancelledTasks(accepted, finished, unknown);
    }

    /// <summary>Views of the numbers that exist, in chunks; a chunk whose views are too large for one message is asked for in halves.</summary>
    internal async Task<List<TaskView>> ReadAsync(string pool, IReadOnlyList<long> numbers, CancellationToken ct)
    {
        var grain = Pool(pool);
        var views = new List<TaskView>(numbers.Count);
        var chunks = new Stack<long[]>(numbers.Chunk(ReadChunk).Reverse());
        while (chunks.TryPop(out var chunk))
        {
            try
            {
                views.AddRange(await _calls.CallAsync(() => grain.GetMany(chunk), ct));
            }
            catch (GranaryException e) when (chunk.Length > 1 && MayBeTooLarge(e))
            {
                chunks.Push(chunk[(chunk.Length / 2)..]);
                chunks.Push(chunk[..(chunk.Length / 2)]);
            }
        }
        return views;
    }

    /// <summary>The hosts tell an answer over the message limit in different ways: as a failure that is none of the server's own refusals.</summary>
    private static bool MayBeTooLarge(GranaryException e) => e.Code is ErrorCode.Invalid or ErrorCode.Unknown && e.InnerException is not null;

    internal static GranaryException NoTask(TaskId id) => GranaryException.NotFound($"no task {id}; 'granary tasks --pool {id.Pool}' lists what there is");
}
