using Granary.Model;

namespace Granary.Storage;

/// <summary>
/// One part of a store on its way to another. A pool comes first, then its snapshot if it has one, its records in order, its finished tasks by
/// number; after all pools comes grain state.
/// </summary>
public abstract record StoreItem
{
    private StoreItem()
    {
    }

    /// <param name="Name">Of the pool.</param>
    /// <param name="LastSequence">The last record of its journal, or its snapshot's.</param>
    public sealed record Pool(string Name, long LastSequence) : StoreItem;

    /// <summary>Of the pool before it.</summary>
    public sealed record Snapshot(long Sequence, ReadOnlyMemory<byte> Data) : StoreItem;

    /// <summary>Of the pool before it.</summary>
    public sealed record Record(JournalRecord Journal) : StoreItem;

    /// <summary>Of the pool before it.</summary>
    public sealed record Finished(TaskView Task) : StoreItem;

    /// <summary>A cleared state has no data and keeps its ETag.</summary>
    public sealed record State(GrainStateKey Key, GrainStateRecord Value) : StoreItem;
}

/// <summary>What went over.</summary>
public sealed record TransferCounts(long Pools, long JournalRecords, long FinishedTasks, long StateRecords);
