namespace Granary.Storage;

public sealed partial class SqliteStore
{
    Task<GrainStateRecord?> IGrainStateStore.ReadAsync(GrainStateKey key, CancellationToken cancellationToken)
    {
        StoreArguments.CheckKey(key);
        return _readers.Read(database =>
        {
            var row = database.Query("SELECT etag, data FROM state WHERE grain_type = ? AND state_name = ? AND grain_key = ?");
            try
            {
                return row.Bind(1, key.GrainType).Bind(2, key.StateName).Bind(3, key.GrainKey).Step() ? Record(row) : null;
            }
            finally
            {
                row.Reset();
            }
        }, cancellationToken);
    }

    Task<string> IGrainStateStore.WriteAsync(
        GrainStateKey key, string? etag, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        StoreArguments.CheckKey(key);
        return Queue(new GrainStateWrite(key, etag, data), cancellationToken);
    }

    Task<string> IGrainStateStore.ClearAsync(GrainStateKey key, string? etag, CancellationToken cancellationToken)
    {
        StoreArguments.CheckKey(key);
        return Queue(new GrainStateWrite(key, etag, null), cancellationToken);
    }

    Task<IReadOnlyList<(string GrainKey, GrainStateRecord Record)>> IGrainStateStore.ListAsync(
        string grainType, string stateName, CancellationToken cancellationToken) =>
        _readers.Read<IReadOnlyList<(string, GrainStateRecord)>>(database =>
        {
            var found = new List<(string, GrainStateRecord)>();
            var rows = database.Query("""
                SELECT etag, data, grain_key FROM state WHERE grain_type = ? AND state_name = ? AND data IS NOT NULL ORDER BY grain_key
                """);
            rows.Bind(1, grainType).Bind(2, stateName);
            try
            {
                while (rows.Step()) found.Add((rows.Text(2), Record(rows)));
                return found;
            }
            finally
            {
                rows.Reset();
            }
        }, cancellationToken);

    private static GrainStateRecord Record(Statement row) =>
        new(ETag.Text(row.Int64(0)), !row.IsNull(1), row.Blob(1).ToArray());
}
