using System.Globalization;

namespace Granary.Storage;

/// <summary>Compare and set; <paramref name="data"/> null clears.</summary>
internal sealed class GrainStateWrite(GrainStateKey key, string? etag, ReadOnlyMemory<byte>? data) : Write<string>
{
    public override void Apply(WriteConnection connection)
    {
        var stored = connection.GrainStates.ETag(key);
        if (stored != Number(etag))
        {
            Refuse(new GrainStateConflictException(key, stored?.ToString(CultureInfo.InvariantCulture), etag));
            return;
        }
        var next = (stored ?? 0) + 1;
        connection.GrainStates.Put(key, next, data);
        Result(next.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>An ETag that is not ours matches nothing.</summary>
    private static long? Number(string? etag)
    {
        if (etag is null) return null;
        return long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }
}
