using System.Globalization;

namespace Granary.Storage;

/// <summary>Begins a snapshot. Its id, or null when one at or after the sequence is there.</summary>
internal sealed class SnapshotBeginWrite(string pool, long sequence) : Write<long?>
{
    public override void Apply(WriteConnection connection)
    {
        var id = connection.PoolId(pool);
        var last = connection.LastSequence(id);
        if (sequence > last)
        {
            Refuse(new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"a snapshot of pool '{pool}' at sequence {sequence} is ahead of its journal, which is at {last}")));
        }
        else if (connection.Snapshots.Sequence(id) < sequence) Result(connection.Snapshots.Begin(id, sequence));
    }
}

internal sealed class SnapshotPieceWrite(long snapshot, int piece, ReadOnlyMemory<byte> data) : Write<bool>
{
    public override void Apply(WriteConnection connection) => connection.Snapshots.InsertPiece(snapshot, piece, data.Span);
}

/// <summary>From here on it counts, unless a newer one was sealed meanwhile.</summary>
internal sealed class SnapshotSealWrite(string pool, SnapshotHead head) : Write<bool>
{
    public override void Apply(WriteConnection connection) => connection.Snapshots.Seal(connection.PoolId(pool), head);
}

/// <summary>Removes some of what the snapshot made superfluous. True when more is left.</summary>
internal sealed class TruncateWrite(string pool, int maxRecords) : Write<bool>
{
    public override void Apply(WriteConnection connection) =>
        Result(connection.Snapshots.Truncate(connection.PoolId(pool), maxRecords));
}
