using System.Globalization;
using Granary.Model;

namespace Granary.Storage;

/// <summary>Reads one pool's snapshot and journal on a reader's connection.</summary>
internal sealed class JournalReader(Database database, string pool)
{
    private const int PageBytes = 1024 * 1024;

    // records are cut from arrays below the large-object threshold; a larger record has one of its own
    private const int ArrayBytes = 64 * 1024;

    /// <summary>Snapshot and last sequence of one moment.</summary>
    public PoolRecovery Recover()
    {
        if (PoolId() is not { } id) return default;
        var outer = database.InTransaction;
        if (!outer) database.Execute("BEGIN");
        try
        {
            var head = Head(id);
            var snapshot = head is { } some ? Snapshot(some) : [];
            var last = database.Query("SELECT max(id) FROM journal WHERE id BETWEEN ? AND ?");
            last.Bind(1, Key.Of(id, 0)).Bind(2, Key.Of(id, Key.MaxNumber)).Step();
            var sequence = last.OptionalInt64(0) is { } key ? Key.Number(key) : head?.Sequence ?? 0;
            last.Reset();
            return new PoolRecovery(head?.Sequence ?? 0, snapshot, sequence);
        }
        finally
        {
            if (!outer) database.Execute("COMMIT");
        }
    }

    /// <summary>Some records after <paramref name="after"/>; none at the end.</summary>
    public IReadOnlyList<JournalRecord> Page(long after)
    {
        if (PoolId() is not { } id) return [];
        var rows = database.Query("SELECT id, format, crc, payload FROM journal WHERE id > ? AND id <= ? ORDER BY id");
        rows.Bind(1, Key.Of(id, after)).Bind(2, Key.Of(id, Key.MaxNumber));
        var page = new List<JournalRecord>();
        var array = Array.Empty<byte>();
        var used = 0;
        var bytes = 0;
        try
        {
            while (bytes < PageBytes && rows.Step())
            {
                var sequence = Key.Number(rows.Int64(0));
                if (sequence != after + 1) throw Missing(after + 1, sequence);
                after = sequence;
                var payload = rows.Blob(3);
                Check(rows.Int64(1), rows.Int64(2), Crc32C.Of(payload), $"record {Database.Literal(sequence)}");
                if (array.Length - used < payload.Length) (array, used) = (new byte[Math.Max(ArrayBytes, payload.Length)], 0);
                payload.CopyTo(array.AsSpan(used));
                page.Add(new JournalRecord(sequence, array.AsMemory(used, payload.Length)));
                used += payload.Length;
                bytes += payload.Length;
            }
            if (page.Count == 0 && Head(id) is { } head && head.Sequence > after) throw Missing(after + 1, head.Sequence + 1);
            return page;
        }
        finally
        {
            rows.Reset();
        }
    }

    private SnapshotHead? Head(long id)
    {
        var row = database.Query("SELECT id, seq, crc, length, format FROM snapshot WHERE pool = ? AND sealed = 1 ORDER BY seq DESC LIMIT 1");
        try
        {
            if (!row.Bind(1, id).Step()) return null;
            var head = new SnapshotHead(row.Int64(0), row.Int64(1), (uint)row.Int64(2), row.Int64(3));
            CheckFormat(row.Int64(4), "snapshot");
            return head;
        }
        finally
        {
            row.Reset();
        }
    }

    private byte[] Snapshot(SnapshotHead head)
    {
        var snapshot = new byte[head.Length];
        var filled = 0;
        var rows = database.Query("SELECT data FROM snapshot_piece WHERE snapshot = ? ORDER BY piece");
        rows.Bind(1, head.Id);
        try
        {
            while (rows.Step())
            {
                var piece = rows.Blob(0);
                if (piece.Length > snapshot.Length - filled) break;
                piece.CopyTo(snapshot.AsSpan(filled));
                filled += piece.Length;
            }
        }
        finally
        {
            rows.Reset();
        }
        if (filled != snapshot.Length || Crc32C.Of(snapshot) != head.Crc) throw Damaged("snapshot");
        return snapshot;
    }

    private long? PoolId()
    {
        var row = database.Query("SELECT id FROM pool WHERE name = ?");
        long? id = row.Bind(1, pool).Step() ? row.Int64(0) : null;
        row.Reset();
        return id;
    }

    private void Check(long format, long storedCrc, uint crc, string what)
    {
        CheckFormat(format, what);
        if (storedCrc != crc) throw Damaged(what);
    }

    private void CheckFormat(long format, string what)
    {
        if (format is > 0 and <= Schema.RecordFormat) return;
        throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
            $"{database.Path}: the {what} of pool '{pool}' has format {format}, and this build knows up to {Schema.RecordFormat}: use the newer build"));
    }

    private StorageException Damaged(string what) => SqliteFault.Damaged(database.Path, $"the {what} of pool '{pool}' does not match its checksum");

    private StorageException Missing(long wanted, long found) => new(StorageFault.Truncated, string.Create(CultureInfo.InvariantCulture,
        $"{database.Path}: the journal of pool '{pool}' has no record {wanted}, the next is {found}: begin at its snapshot"));
}
