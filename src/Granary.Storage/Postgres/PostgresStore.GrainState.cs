using Npgsql;

namespace Granary.Storage;

public sealed partial class PostgresStore
{
    Task<GrainStateRecord?> IGrainStateStore.ReadAsync(GrainStateKey key, CancellationToken cancellationToken)
    {
        StoreArguments.CheckKey(key);
        return Read(async connection =>
        {
            await using var command = States(connection, "SELECT etag, data FROM state WHERE grain_type = $1 AND state_name = $2 AND grain_key = $3",
                key.GrainType, key.StateName, key.GrainKey);
            await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await row.ReadAsync(cancellationToken).ConfigureAwait(false) ? Record(row) : null;
        }, cancellationToken);
    }

    Task<string> IGrainStateStore.WriteAsync(
        GrainStateKey key, string? etag, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        StoreArguments.CheckKey(key);
        return Queue(new PostgresStateWrite(key, etag, data), cancellationToken);
    }

    Task<string> IGrainStateStore.ClearAsync(GrainStateKey key, string? etag, CancellationToken cancellationToken)
    {
        StoreArguments.CheckKey(key);
        return Queue(new PostgresStateWrite(key, etag, null), cancellationToken);
    }

    Task<IReadOnlyList<(string GrainKey, GrainStateRecord Record)>> IGrainStateStore.ListAsync(
        string grainType, string stateName, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<(string, GrainStateRecord)>>(async connection =>
        {
            await using var command = States(connection, """
                SELECT etag, data, grain_key FROM state WHERE grain_type = $1 AND state_name = $2 AND data IS NOT NULL ORDER BY grain_key
                """, grainType, stateName);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var found = new List<(string, GrainStateRecord)>();
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add((PostgresText.From(rows.GetString(2)), Record(rows)));
            return found;
        }, cancellationToken);

    private static NpgsqlCommand States(NpgsqlConnection connection, string sql, params string[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = PostgresText.To(value) });
        return command;
    }

    private static GrainStateRecord Record(NpgsqlDataReader row) =>
        new(ETag.Text(row.GetInt64(0)), !row.IsDBNull(1), row.IsDBNull(1) ? ReadOnlyMemory<byte>.Empty : row.GetFieldValue<byte[]>(1));
}
