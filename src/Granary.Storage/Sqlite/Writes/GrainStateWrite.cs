namespace Granary.Storage;

/// <summary>Compare and set; <paramref name="data"/> null clears.</summary>
internal sealed class GrainStateWrite(GrainStateKey key, string? etag, ReadOnlyMemory<byte>? data) : Write<string>
{
    public override void Apply(WriteConnection connection)
    {
        var stored = connection.GrainStates.ETag(key);
        if (stored != ETag.Number(etag))
        {
            Refuse(new GrainStateConflictException(key, stored is { } some ? ETag.Text(some) : null, etag));
            return;
        }
        var next = (stored ?? 0) + 1;
        connection.GrainStates.Put(key, next, data);
        Result(ETag.Text(next));
    }
}
