using Granary.Model;

namespace Granary.Storage;

/// <summary>What a pool starts from.</summary>
/// <param name="SnapshotSequence">The record after which the snapshot was taken; 0 when there is none.</param>
/// <param name="Snapshot">Its bytes; empty when there is none.</param>
/// <param name="LastSequence">The last record of the journal; the next append carries this plus 1.</param>
public readonly record struct PoolRecovery(long SnapshotSequence, ReadOnlyMemory<byte> Snapshot, long LastSequence);

/// <summary>One batch of events, as its pool encoded it.</summary>
public readonly record struct JournalRecord(long Sequence, ReadOnlyMemory<byte> Payload);

/// <summary>One commit of a pool.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Sequence">The fence: the last sequence plus 1, so the first record has 1.</param>
/// <param name="Payload">Events, opaque to the store; at most <see cref="MaxPayload"/> bytes.</param>
/// <param name="Finished">Tasks that ended in this batch, each in a final state. <see cref="TaskView.WaitReason"/> and
/// <see cref="TaskView.Position"/> are not kept; times are kept to the microsecond.</param>
public readonly record struct PoolAppend(string Pool, long Sequence, ReadOnlyMemory<byte> Payload, IReadOnlyList<TaskView> Finished)
{
    public const int MaxPayload = 256 * 1024 * 1024;
}

/// <summary>What a check of the whole store found.</summary>
/// <param name="Problems">One line each; empty when all is well.</param>
public sealed record StoreCheck(int Pools, long JournalRecords, long FinishedTasks, long StateRecords, IReadOnlyList<string> Problems)
{
    public bool Ok => Problems.Count == 0;
}
