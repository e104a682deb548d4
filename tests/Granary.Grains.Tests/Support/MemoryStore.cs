using System.Buffers;
using System.Runtime.CompilerServices;
using Granary.Abstractions;
using Granary.Model;
using Granary.Storage;

namespace Granary.Grains.Tests.Support;

/// <summary>A store in memory that can be held at a gate and made to fail.</summary>
internal sealed class MemoryStore : IPoolStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<JournalRecord>> _journals = [];
    private readonly Dictionary<string, (long Sequence, byte[] Bytes)> _snapshots = [];
    private readonly Dictionary<TaskId, TaskView> _finished = [];

    /// <summary>Appends wait for this; completed unless a test holds them.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>The next append fails with this.</summary>
    public Exception? FailNext { get; set; }

    /// <summary>The next append of this pool, or part of one, fails; null when it has.</summary>
    public string? FailNextOf { get; set; }

    public int Appends { get; private set; }

    public ValueTask<PoolRecovery> OpenAsync(string pool, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var snapshot = _snapshots.GetValueOrDefault(pool);
            return new(new PoolRecovery(snapshot.Sequence, snapshot.Bytes, _journals.GetValueOrDefault(pool)?.LastOrDefault().Sequence ?? 0));
        }
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string pool, long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        JournalRecord[] records;
        lock (_lock) records = [.. _journals.GetValueOrDefault(pool) ?? []];
        foreach (var record in records.Where(r => r.Sequence > afterSequence))
        {
            await Task.Yield();
            yield return record;
        }
    }

    public async Task AppendAsync(PoolAppend append, CancellationToken cancellationToken = default)
    {
        if (Gate is { } gate) await gate.Task;
        lock (_lock)
        {
            if (FailNext is { } error)
            {
                FailNext = null;
                throw error;
            }
            if (FailNextOf == append.Pool)
            {
                FailNextOf = null;
                throw new StorageException("the disk is full");
            }
            if (!_journals.TryGetValue(append.Pool, out var journal)) _journals[append.Pool] = journal = [];
            Assert.Equal((journal.LastOrDefault().Sequence) + 1, append.Sequence);
            journal.Add(new JournalRecord(append.Sequence, append.Payload.ToArray()));
            foreach (var task in append.Finished) _finished[task.Id] = task;
            Appends++;
        }
    }

    public Task SaveSnapshotAsync(string pool, long sequence, ReadOnlySequence<byte> snapshot, CancellationToken cancellationToken = default)
    {
        lock (_lock) _snapshots[pool] = (sequence, snapshot.ToArray());
        return Task.CompletedTask;
    }

    public Task<TaskPage> ListAsync(string pool, TaskQuery query, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var all = _finished.Values.Where(t => t.Id.Pool == pool && (query.Before == 0 || t.Id.Number < query.Before))
                .OrderByDescending(t => t.Id.Number).ToList();
            return Task.FromResult(new TaskPage([.. all.Take(query.Limit)], all.Count > query.Limit ? all[query.Limit - 1].Id.Number : 0));
        }
    }

    public Task<IReadOnlyList<TaskView>> EndedAfterAsync(string pool, DateTimeOffset ended, long number, int most, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<TaskView>>([.. _finished.Values.Where(t => t.Id.Pool == pool && (t.Finished > ended || (t.Finished == ended && t.Id.Number > number)))
                .OrderBy(t => t.Finished).ThenBy(t => t.Id.Number).Take(most)]);
    }

    public Task<TaskView?> GetAsync(string pool, long number, CancellationToken cancellationToken = default)
    {
        lock (_lock) return Task.FromResult(_finished.GetValueOrDefault(new TaskId(pool, number)));
    }

    public Task<IReadOnlyList<TaskView>> GetManyAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<TaskView>>([.. numbers.Select(n => _finished.GetValueOrDefault(new TaskId(pool, n))).OfType<TaskView>()]);
    }

    public Task<IReadOnlyDictionary<long, TaskState>> StatesAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("the pool grain does not ask for this");

    public Task<int> DeleteFinishedBeforeAsync(string pool, DateTimeOffset before, int maxRows, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("the pool grain does not ask for this");

    public Task<StoreCheck> CheckAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("the pool grain does not ask for this");
}
