using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Granary.Storage;

/// <summary>Begins a snapshot. Its id, or null when one at or after the sequence is there.</summary>
internal sealed class PostgresSnapshotBegin(string pool, long sequence, DateTimeOffset taken) : PostgresWrite<long?>
{
    public override NpgsqlBatchCommand Command() =>
        Call("begin_snapshot", Value(pool), Value(sequence), Value(PostgresSchema.RecordFormat), Value(taken));

    public override void Read(DbDataReader row)
    {
        var last = row.GetInt64(1);
        if (sequence > last)
        {
            Refuse(new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"a snapshot of pool '{pool}' at sequence {sequence} is ahead of its journal, which is at {last}")));
        }
        else Result(row.IsDBNull(0) ? null : row.GetInt64(0));
    }
}

/// <summary>False when the snapshot is no longer wanted: another was sealed meanwhile.</summary>
internal sealed class PostgresSnapshotPiece(long snapshot, int piece, ReadOnlyMemory<byte> data) : PostgresWrite<bool>
{
    public override long Bytes => 256 + data.Length;

    public override NpgsqlBatchCommand Command() => Call("add_snapshot_piece", Value(snapshot), Value(piece), Value(data));

    public override void Read(DbDataReader row) => Result(row.GetBoolean(0));
}

/// <summary>From here on it counts, unless a newer one was sealed meanwhile.</summary>
internal sealed class PostgresSnapshotSeal(SnapshotHead head) : PostgresWrite<bool>
{
    public override NpgsqlBatchCommand Command() => Call("seal_snapshot", Value(head.Id), Value((long)head.Crc), Value(head.Length));

    public override void Read(DbDataReader row) => Result(row.GetBoolean(0));
}

/// <summary>Removes some of what the snapshot made superfluous. True when more is left.</summary>
internal sealed class PostgresTruncate(string pool, long maxRecords) : PostgresWrite<bool>
{
    public override NpgsqlBatchCommand Command() => Call("truncate_journal", Value(pool), Value(maxRecords));

    public override void Read(DbDataReader row) => Result(row.GetBoolean(0));
}
