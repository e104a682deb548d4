using System.Globalization;
using System.Runtime.CompilerServices;

namespace Granary.Storage;

/// <summary>Counts what passes and refuses what is not whole: a journal with a gap, an item without its pool.</summary>
internal sealed class TransferOrder
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private StoreItem.Pool? _pool;
    private long _sequence;
    private long _snapshots;
    private long _records;
    private long _tasks;
    private long _states;

    public TransferCounts Counts => new(_seen.Count, _records, _tasks, _states);

    public async IAsyncEnumerable<StoreItem> Check(
        IAsyncEnumerable<StoreItem> items, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Check(item);
            yield return item;
        }
        EndPool();
    }

    private void Check(StoreItem item)
    {
        switch (item)
        {
            case StoreItem.Pool pool:
                EndPool();
                StoreArguments.CheckPool(pool.Name);
                if (!_seen.Add(pool.Name)) throw Refuse($"pool '{pool.Name}' comes twice");
                (_pool, _sequence, _snapshots) = (pool, 0, 0);
                break;
            case StoreItem.Snapshot snapshot:
                if (_pool is null || _snapshots++ > 0 || _sequence > 0) throw Refuse("a snapshot is not where one belongs");
                _sequence = snapshot.Sequence;
                break;
            case StoreItem.Record record:
                if (_pool is null || record.Journal.Sequence != _sequence + 1)
                    throw Refuse(string.Create(CultureInfo.InvariantCulture, $"record {record.Journal.Sequence} follows {_sequence} in pool '{_pool?.Name}'"));
                _sequence++;
                _records++;
                break;
            case StoreItem.Finished finished:
                if (_pool is null || finished.Task.Id.Pool != _pool.Name) throw Refuse($"task {finished.Task.Id} is not in its pool");
                _tasks++;
                break;
            case StoreItem.State state:
                EndPool();
                StoreArguments.CheckKey(state.Key);
                _states++;
                break;
        }
    }

    private void EndPool()
    {
        if (_pool is { } pool && pool.LastSequence != _sequence)
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"the journal of pool '{pool.Name}' ends at {_sequence}, not at {pool.LastSequence}"));
        _pool = null;
    }

    private static StorageException Refuse(string what) => new(StorageFault.Damaged, $"what should be imported is damaged: {what}; nothing was imported");
}
