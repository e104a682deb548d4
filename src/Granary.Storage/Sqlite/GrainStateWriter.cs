namespace Granary.Storage;

/// <summary>Grain state rows; a cleared one keeps its ETag.</summary>
internal sealed class GrainStateWriter(Database database)
{
    private readonly Statement _etag =
        database.Prepare("SELECT etag FROM state WHERE grain_type = ? AND state_name = ? AND grain_key = ?");

    private readonly Statement _put =
        database.Prepare("INSERT OR REPLACE INTO state(grain_type, state_name, grain_key, etag, data) VALUES(?, ?, ?, ?, ?)");

    public long? ETag(GrainStateKey key)
    {
        long? etag = _etag.Bind(1, key.GrainType).Bind(2, key.StateName).Bind(3, key.GrainKey).Step() ? _etag.Int64(0) : null;
        _etag.Reset();
        return etag;
    }

    public void Put(GrainStateKey key, long etag, ReadOnlyMemory<byte>? data)
    {
        _put.Bind(1, key.GrainType).Bind(2, key.StateName).Bind(3, key.GrainKey).Bind(4, etag);
        if (data is { } some) _put.Bind(5, some.Span);
        else _put.Bind(5, (long?)null);
        _put.Run();
    }
}
