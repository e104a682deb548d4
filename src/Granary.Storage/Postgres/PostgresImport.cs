using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>Fills empty tables in one transaction, so an import that fails leaves nothing.</summary>
internal sealed class PostgresImport
{
    private const int ItemsAtOnce = 1000;
    private const long BytesAtOnce = 4 * 1024 * 1024;

    private readonly NpgsqlConnection _connection;
    private readonly PostgresStoreOptions _options;
    private readonly List<JournalRecord> _records = [];
    private TaskArrays _tasks = new();
    private long _bytes;
    private int _pool;

    private PostgresImport(NpgsqlConnection connection, PostgresStoreOptions options)
    {
        _connection = connection;
        _options = options;
    }

    public static async Task<TransferCounts> RunAsync(
        NpgsqlConnection connection, PostgresStoreOptions options, IAsyncEnumerable<StoreItem> items, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var import = new PostgresImport(connection, options);
        // a server that writes meanwhile waits, and is fenced afterwards
        await import.Run("LOCK TABLE pool, state IN EXCLUSIVE MODE", cancellationToken).ConfigureAwait(false);
        if (await import.Scalar("SELECT EXISTS (SELECT FROM pool) OR EXISTS (SELECT FROM state)", cancellationToken).ConfigureAwait(false) is true)
            throw new StorageException(StorageFault.Exists, $"{options} has pools already: import into an empty database, or another schema");
        var order = new TransferOrder();
        await foreach (var item in order.Check(items, cancellationToken).ConfigureAwait(false)) await import.Put(item, cancellationToken).ConfigureAwait(false);
        await import.Flush(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return order.Counts;
    }

    private async Task Put(StoreItem item, CancellationToken cancellationToken)
    {
        switch (item)
        {
            case StoreItem.Pool pool:
                await Flush(cancellationToken).ConfigureAwait(false);
                _pool = (int)(await Scalar("INSERT INTO pool(name, last) VALUES ($1, $2) RETURNING id", cancellationToken, pool.Name, pool.LastSequence).ConfigureAwait(false))!;
                break;
            case StoreItem.Snapshot snapshot:
                await Put(snapshot, cancellationToken).ConfigureAwait(false);
                break;
            case StoreItem.Record record:
                _records.Add(record.Journal);
                _bytes += record.Journal.Payload.Length;
                break;
            case StoreItem.Finished finished:
                _tasks.Add(_pool, finished.Task);
                break;
            case StoreItem.State state:
                await Flush(cancellationToken).ConfigureAwait(false);
                await Run("INSERT INTO state(grain_type, state_name, grain_key, etag, data) VALUES ($1, $2, $3, $4, $5)", cancellationToken,
                    PostgresText.To(state.Key.GrainType), PostgresText.To(state.Key.StateName), PostgresText.To(state.Key.GrainKey),
                    ETag.Number(state.Value.ETag) ?? 1, state.Value.Exists ? state.Value.Data : DBNull.Value).ConfigureAwait(false);
                break;
        }
        if (_records.Count >= ItemsAtOnce || _tasks.Count >= ItemsAtOnce || _bytes >= BytesAtOnce) await Flush(cancellationToken).ConfigureAwait(false);
    }

    private async Task Put(StoreItem.Snapshot snapshot, CancellationToken cancellationToken)
    {
        var id = (long)(await Scalar("""
            INSERT INTO snapshot(pool, seq, sealed, format, crc, length, taken) VALUES ($1, $2, true, $3, $4, $5, $6) RETURNING id
            """, cancellationToken, _pool, snapshot.Sequence, PostgresSchema.RecordFormat, (long)Crc32C.Of(snapshot.Data.Span), (long)snapshot.Data.Length,
            _options.Time.GetUtcNow()).ConfigureAwait(false))!;
        var piece = 0;
        for (var rest = snapshot.Data; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, _options.SnapshotPiece)..])
        {
            await Run("INSERT INTO snapshot_piece(snapshot, piece, data) VALUES ($1, $2, $3)", cancellationToken,
                id, piece++, rest[..Math.Min(rest.Length, _options.SnapshotPiece)]).ConfigureAwait(false);
        }
    }

    private async Task Flush(CancellationToken cancellationToken)
    {
        if (_records.Count > 0)
        {
            await Run("""
                INSERT INTO journal(pool, seq, format, crc, payload) SELECT $1, e.seq, $2, e.crc, e.payload FROM unnest($3, $4, $5) AS e(seq, crc, payload)
                """, cancellationToken, _pool, PostgresSchema.RecordFormat, _records.ConvertAll(r => r.Sequence),
                _records.ConvertAll(r => (long)Crc32C.Of(r.Payload.Span)), _records.ConvertAll(r => r.Payload)).ConfigureAwait(false);
            _records.Clear();
            _bytes = 0;
        }
        if (_tasks.Count == 0) return;
        await using var command = new NpgsqlCommand(PutTasks, _connection);
        _tasks.AddTo(command.Parameters);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        _tasks = new TaskArrays();
    }

    private static string PutTasks { get; } = $"SELECT put_tasks({string.Join(',', Enumerable.Range(1, 25).Select(i => $"${i}"))})";

    private async Task Run(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<object?> Scalar(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values)
        {
            command.Parameters.Add(value is DBNull
                ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea }
                : new NpgsqlParameter { Value = value });
        }
        return command;
    }
}
