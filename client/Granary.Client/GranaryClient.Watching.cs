using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private readonly ConcurrentDictionary<string, PoolFeed> _feeds = new(StringComparer.Ordinal);

    /// <summary>The task once it has ended, in whatever way: look at its state.</summary>
    /// <exception cref="GranaryException">TimedOut; NotFound; Unavailable when the server stays away longer than <see cref="GranaryClientOptions.RetryFor"/>.</exception>
    public async Task<TaskView> WaitAsync(TaskId id, TimeSpan? timeout = null, CancellationToken ct = default) =>
        (await WaitAsync([id], timeout, ct))[0];

    /// <summary>
    /// The tasks, in the order of <paramref name="ids"/>, once all have ended. However many tasks and callers wait, this client holds one long
    /// poll per pool; it goes on after a broken connection or a restart of the server.
    /// </summary>
    /// <param name="ids">Of any pools; one may be named twice.</param>
    /// <param name="timeout">Null for no limit; zero looks once.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<TaskView>> WaitAsync(IReadOnlyList<TaskId> ids, TimeSpan? timeout = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var waits = ids.GroupBy(id => id.Pool, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new AwaitedTasks(g.Select(id => id.Number)), StringComparer.Ordinal);
        using var limit = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout.Value, _options.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await Task.WhenAll(waits.Select(w => Feed(w.Key).WaitAsync(w.Value, timeout, either.Token)));
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && limit.IsCancellationRequested && !ct.IsCancellationRequested))
        {
            throw NotEnded(ids, waits, timeout!.Value);
        }
        return [.. ids.Select(id => waits[id.Pool].Views.TryGetValue(id.Number, out var view) ? view : throw NoTask(id))];
    }

    /// <summary>
    /// Changes of a pool's tasks from the first enumeration on. Survives broken connections: after one, or when the reader was too slow, it tells the
    /// present state of the tasks it had seen alive and of those submitted since.
    /// </summary>
    public IAsyncEnumerable<TaskChange> WatchAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default) =>
        new ChangeStream(this, pool, _options, _calls).ChangesAsync(ct);

    /// <summary>
    /// The same as the pool gives it, gaps and cursors included. The first batch comes at once and says where the watch begins: from then on
    /// nothing is missed unless a batch says <see cref="ChangeBatch.Gap"/>.
    /// </summary>
    /// <param name="pool">Whose changes.</param>
    /// <param name="cursor">From an earlier batch; 0 for from now on.</param>
    /// <param name="ct">Ends the watch.</param>
    public IAsyncEnumerable<ChangeBatch> WatchBatchesAsync(string pool = TaskId.DefaultPool, long cursor = 0, CancellationToken ct = default) =>
        new ChangeStream(this, pool, _options, _calls).BatchesAsync(cursor, ct);

    private PoolFeed Feed(string pool) => _feeds.GetOrAdd(pool, name => new PoolFeed(this, name, _options, _calls));

    private static GranaryException NotEnded(IReadOnlyList<TaskId> ids, Dictionary<string, AwaitedTasks> waits, TimeSpan timeout)
    {
        var open = waits.SelectMany(w => w.Value.Pending.Select(n => new TaskId(w.Key, n))).Order().ToList();
        var named = string.Join(", ", open.Take(5)) + (open.Count > 5 ? $" and {open.Count - 5} more" : "");
        return GranaryException.TimedOut(
            $"{open.Count} of {ids.Count} tasks had not ended after {Durations.Format(timeout)}: {named}; 'granary explain ID' says why");
    }
}
