using System.Data;
using System.Globalization;
using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>Reads one pool's snapshot and journal on a reader's connection, within a transaction that sees one moment.</summary>
internal sealed class PostgresJournal(NpgsqlConnection connection, string place, string pool)
{
    private const int PageBytes = 1024 * 1024;
    private const int PageRecords = 500;

    /// <summary>Snapshot and last sequence of one moment.</summary>
    public async Task<PoolRecovery> Recover(CancellationToken cancellationToken)
    {
        await using var find = Command("SELECT id, last FROM pool WHERE name = $1", pool);
        await using var row = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false)) return default;
        var (id, last) = (row.GetInt32(0), row.GetInt64(1));
        await row.DisposeAsync().ConfigureAwait(false);
        if (await Head(id, cancellationToken).ConfigureAwait(false) is not { } head) return new PoolRecovery(0, default, last);
        return new PoolRecovery(head.Sequence, await Snapshot(head, cancellationToken).ConfigureAwait(false), last);
    }

    /// <summary>Some records after <paramref name="after"/>; none at the end.</summary>
    public async Task<IReadOnlyList<JournalRecord>> Page(long after, CancellationToken cancellationToken)
    {
        var start = after;
        var page = new List<JournalRecord>();
        // the lengths are summed without reading the payloads, so that a page of large records is short
        await using var rows = Command("""
            SELECT r.seq, r.format, r.crc, r.payload FROM journal r JOIN (
                SELECT pool, seq, sum(length(payload)) OVER (ORDER BY seq) - length(payload) AS before
                FROM (SELECT j.pool, j.seq, j.payload FROM journal j JOIN pool p ON p.id = j.pool
                    WHERE p.name = $1 AND j.seq > $2 ORDER BY j.seq LIMIT $3) few) sized USING (pool, seq)
            WHERE sized.before < $4 ORDER BY r.seq
            """, pool, after, PageRecords, PageBytes);
        await using (var row = await rows.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken).ConfigureAwait(false))
        {
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var sequence = row.GetInt64(0);
                if (sequence != after + 1) throw Missing(after + 1, sequence);
                after = sequence;
                var (format, crc) = (row.GetInt16(1), row.GetInt64(2));
                var payload = await row.GetFieldValueAsync<byte[]>(3, cancellationToken).ConfigureAwait(false);
                Check(format, crc, payload, sequence);
                page.Add(new JournalRecord(sequence, payload));
            }
        }
        if (page.Count == 0) await CheckTruncated(start, cancellationToken).ConfigureAwait(false);
        return page;
    }

    private async Task CheckTruncated(long after, CancellationToken cancellationToken)
    {
        await using var find = Command("SELECT max(s.seq) FROM snapshot s JOIN pool p ON p.id = s.pool WHERE p.name = $1 AND s.sealed", pool);
        if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long sequence && sequence > after)
            throw Missing(after + 1, sequence + 1);
    }

    private async Task<SnapshotHead?> Head(int id, CancellationToken cancellationToken)
    {
        await using var find = Command("""
            SELECT id, seq, crc, length, format FROM snapshot WHERE pool = $1 AND sealed ORDER BY seq DESC, id DESC LIMIT 1
            """, id);
        await using var row = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
        CheckFormat(row.GetInt16(4), "snapshot");
        return new SnapshotHead(row.GetInt64(0), row.GetInt64(1), (uint)row.GetInt64(2), row.GetInt64(3));
    }

    private async Task<byte[]> Snapshot(SnapshotHead head, CancellationToken cancellationToken)
    {
        var snapshot = new byte[head.Length];
        var filled = 0;
        await using var pieces = Command("SELECT data FROM snapshot_piece WHERE snapshot = $1 ORDER BY piece", head.Id);
        await using var row = await pieces.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var piece = row.GetFieldValue<byte[]>(0);
            if (piece.Length > snapshot.Length - filled) break;
            piece.CopyTo(snapshot.AsSpan(filled));
            filled += piece.Length;
        }
        if (filled != snapshot.Length || Crc32C.Of(snapshot) != head.Crc) throw Damaged("snapshot");
        return snapshot;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private void Check(short format, long storedCrc, byte[] payload, long sequence)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"record {sequence}");
        CheckFormat(format, what);
        if (storedCrc != Crc32C.Of(payload)) throw Damaged(what);
    }

    private void CheckFormat(short format, string what)
    {
        if (format is > 0 and <= PostgresSchema.RecordFormat) return;
        throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
            $"{place}: the {what} of pool '{pool}' has format {format}, and this build knows up to {PostgresSchema.RecordFormat}: use the newer build"));
    }

    private StorageException Damaged(string what) => PostgresFault.Damaged(place, $"the {what} of pool '{pool}' does not match its checksum");

    private StorageException Missing(long wanted, long found) => new(StorageFault.Truncated, string.Create(CultureInfo.InvariantCulture,
        $"{place}: the journal of pool '{pool}' has no record {wanted}, the next is {found}: begin at its snapshot"));
}
