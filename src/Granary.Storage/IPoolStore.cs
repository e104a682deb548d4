using System.Buffers;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage;

/// <summary>
/// Where pools keep what must survive: a journal of batches of events, snapshots that bound its replay, and the table of finished
/// tasks. One per server, shared by all its pools, safe for concurrent use. A pool has one writer at a time; the sequence is its fence.
/// </summary>
/// <remarks>
/// What an append acknowledged survives <c>kill -9</c> and a power cut. An append that failed with a <see cref="StorageException"/>
/// is not there as long as this process lives, and may or may not be there after a crash: open the pool again to learn which.
/// </remarks>
public interface IPoolStore
{
    /// <summary>The newest complete snapshot and the last sequence of the journal. A pool nobody has written yet is empty at sequence 0.</summary>
    ValueTask<PoolRecovery> OpenAsync(string pool, CancellationToken cancellationToken = default);

    /// <summary>Records after <paramref name="afterSequence"/>, in order, without gaps.</summary>
    /// <exception cref="StorageException">A record is missing (it may have been truncated behind a snapshot) or damaged.</exception>
    IAsyncEnumerable<JournalRecord> ReadAsync(string pool, long afterSequence, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes one record and its finished tasks in one commit; completes when they are durable. Appends of several pools share a commit.
    /// The payload and the rows must not change until then. Once queued it cannot be cancelled.
    /// </summary>
    /// <exception cref="JournalFencedException">The sequence is not the last one plus 1: somebody else has written. Nothing was.</exception>
    /// <exception cref="StorageException">The disk is full, cannot be written, or failed. Later appends may succeed.</exception>
    Task AppendAsync(PoolAppend append, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps <paramref name="snapshot"/> as the state after record <paramref name="sequence"/>, then removes the journal up to there and
    /// the snapshot before it. Written in pieces, between which appends go on; the older snapshot counts until the new one is whole.
    /// A sequence at or before the snapshot that is there already changes nothing.
    /// </summary>
    Task SaveSnapshotAsync(string pool, long sequence, ReadOnlySequence<byte> snapshot, CancellationToken cancellationToken = default);

    /// <summary>Finished tasks that match, newest number first.</summary>
    Task<TaskPage> ListAsync(string pool, TaskQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finished tasks in the order in which they ended, and by number where they ended at once: up to <paramref name="most"/> that come behind task <paramref name="number"/>, which ended at <paramref name="ended"/>.</summary>
    Task<IReadOnlyList<TaskView>> EndedAfterAsync(string pool, DateTimeOffset ended, long number, int most, CancellationToken cancellationToken = default);

    /// <summary>A finished task, or null.</summary>
    Task<TaskView?> GetAsync(string pool, long number, CancellationToken cancellationToken = default);

    /// <summary>Finished tasks in the order of <paramref name="numbers"/>; those that are not there are left out.</summary>
    Task<IReadOnlyList<TaskView>> GetManyAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default);

    /// <summary>How tasks ended, for those of <paramref name="numbers"/> that have (what a dependency wants to know).</summary>
    Task<IReadOnlyDictionary<long, TaskState>> StatesAsync(string pool, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default);

    /// <summary>Retention: removes up to <paramref name="maxRows"/> tasks that finished before <paramref name="before"/>, oldest first.</summary>
    /// <returns>How many were removed; fewer than <paramref name="maxRows"/> when none is left.</returns>
    Task<int> DeleteFinishedBeforeAsync(string pool, DateTimeOffset before, int maxRows, CancellationToken cancellationToken = default);

    /// <summary>Reads everything and reports what is wrong: damaged pages, gaps in a journal, records whose checksum does not match.</summary>
    Task<StoreCheck> CheckAsync(CancellationToken cancellationToken = default);
}

/// <summary>For snapshots that lie in one piece.</summary>
public static class PoolStoreExtensions
{
    /// <inheritdoc cref="IPoolStore.SaveSnapshotAsync"/>
    public static Task SaveSnapshotAsync(this IPoolStore store, string pool, long sequence, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.SaveSnapshotAsync(pool, sequence, new ReadOnlySequence<byte>(snapshot), cancellationToken);
    }
}
