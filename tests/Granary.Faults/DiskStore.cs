using System.Buffers;
using System.Runtime.CompilerServices;
using Granary.Abstractions;
using Granary.Model;
using Granary.Storage;

namespace Granary.Faults;

/// <summary>One server's view of the disk, with the promises of <see cref="IPoolStore"/> and nothing more.</summary>
internal sealed class DiskStore(Disk disk, TimeProvider time, bool early) : IPoolStore
{
    public async ValueTask<PoolRecovery> OpenAsync(string pool, CancellationToken cancellationToken = default)
    {
        await Task.Delay(disk.Delay(), time, cancellationToken);
        var snapshot = disk.Snapshots.GetValueOrDefault(pool);
        return new PoolRecovery(snapshot.Sequence, snapshot.Bytes, disk.Last(pool));
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string pool, long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        JournalRecord[] records = [.. disk.Journals.GetValueOrDefault(pool) ?? []];
        foreach (var record in records.Where(r => r.Sequence > afterSequence))
        {
            await Task.Yield();
            yield return record;
        }
    }

    public async Task AppendAsync(PoolAppend append, CancellationToken cancellationToken = default)
    {
        // the caller uses its buffer again as soon as it is told that the record is written
        var copy = append with { Payload = append.Payload.ToArray(), Finished = [.. append.Finished] };
        if (early)
        {
            _ = CommitAsync(copy, cancellationToken);
            return;
        }
        await CommitAsync(copy, cancellationToken);
        await Task.Delay(disk.Delay(), time, cancellationToken);
    }

    private async Task CommitAsync(PoolAppend append, CancellationToken cancellationToken)
    {
        disk.Doubtful.Add(append);
        await Task.Delay(disk.Delay(), time, cancellationToken);
        if (append.Sequence != disk.Last(append.Pool) + 1)
        {
            disk.Doubtful.Remove(append);
            throw new JournalFencedException($"pool {append.Pool}: record {append.Sequence} does not follow {disk.Last(append.Pool)}");
        }
        if (disk.Fails()) throw new StorageException($"pool {append.Pool}: no space left on device");
        disk.Doubtful.Remove(append);
        disk.Commit(append);
    }

    public async Task SaveSnapshotAsync(string pool, long sequence, ReadOnlySequence<byte> snapshot, CancellationToken cancellationToken = default)
    {
        var bytes = snapshot.ToArray();
        await Task.Delay(disk.Delay() * 3, time, cancellationToken);
        if (disk.Fails()) throw new StorageException($"pool {pool}: no space left on device");
        if (sequence <= disk.Snapshots.GetValueOrDefault(pool).Sequence) return;
        disk.Snapshots[pool] = (sequence, bytes);
        disk.Journals.GetValueOrDefault(pool)?.RemoveAll(r => r.Sequence <= sequence);
    }

    public Task<TaskPage> ListAsync(string pool, TaskQuery query, CancellationToken cancellationToken = default)
    {
        var all = disk.Finished.Values.Where(t => t.Id.Pool == pool && (query.Before == 0 || t.Id.Number < query.Before))
            .OrderByDescending(t => t.Id.Number).ToList();
        return Task.FromResult(new TaskPage([.. all.Take(query.Limit)], all.Count > query.Limit ? all[query.Limit - 1].Id.Number : 0));
    }

    public Task<IReadOnlyList<TaskView>> EndedAfterAsync(string pool, DateTimeOffset ended, long number, int most, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<TaskView>>([.. disk.Finished.Values.Where(t => t.Id.Pool == pool && (t.Finished > ended || (t.Finished == ended && t.Id.Number > number)))
            .OrderBy(t => t.Finished).ThenBy(t => t.Id.Number).Take(most)]);

    public Task<TaskView?> GetAsync(string pool, long number, CancellationToken cancellationToken = default) =>
        Task.FromResult(disk.Finished.GetValueOrDefault(new TaskId(pool, number)));

    public Task<IReadOnlyList<TaskView>> GetManyAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<TaskView>>([.. numbers.Select(n => disk.Finished.GetValueOrDefault(new TaskId(pool, n))).OfType<TaskView>()]);

    public Task<IReadOnlyDictionary<long, TaskState>> StatesAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyDictionary<long, TaskState>>(numbers.Where(n => disk.Finished.ContainsKey(new TaskId(pool, n)))
            .ToDictionary(n => n, n => disk.Finished[new TaskId(pool, n)].State));

    public Task<int> DeleteFinishedBeforeAsync(string pool, DateTimeOffset before, int maxRows, CancellationToken cancellationToken = default) => Task.FromResult(0);

    public Task<StoreCheck> CheckAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(new StoreCheck(disk.Journals.Count, disk.Journals.Values.Sum(j => j.Count), disk.Finished.Count, disk.States.Count, []));
}
