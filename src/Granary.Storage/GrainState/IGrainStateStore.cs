namespace Granary.Storage;

/// <summary>Names one record of grain state.</summary>
/// <param name="GrainType">The grain's type name.</param>
/// <param name="GrainKey">Its key.</param>
/// <param name="StateName">Which of the grain's states.</param>
public readonly record struct GrainStateKey(string GrainType, string GrainKey, string StateName)
{
    public override string ToString() => $"{GrainType}/{GrainKey}/{StateName}";
}

/// <param name="ETag">Compare-and-set token: the next write must carry it.</param>
/// <param name="Exists">False when the record was cleared; it still has an ETag, so that a writer from before the clearing is refused.</param>
public sealed record GrainStateRecord(string ETag, bool Exists, ReadOnlyMemory<byte> Data);

/// <summary>Durable grain state, one record a key, changed by compare-and-set.</summary>
public interface IGrainStateStore
{
    /// <summary>Null when it was never written.</summary>
    Task<GrainStateRecord?> ReadAsync(GrainStateKey key, CancellationToken cancellationToken = default);

    /// <summary>Writes when <paramref name="etag"/> is the record's (null: there is none yet) and returns the new ETag once it is durable.</summary>
    /// <exception cref="GrainStateConflictException">Somebody else wrote meanwhile.</exception>
    Task<string> WriteAsync(GrainStateKey key, string? etag, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Removes the data under the same rule and returns the ETag for the next write.</summary>
    /// <exception cref="GrainStateConflictException">Somebody else wrote meanwhile.</exception>
    Task<string> ClearAsync(GrainStateKey key, string? etag, CancellationToken cancellationToken = default);

    /// <summary>Records that exist of one grain type and state name, in key order.</summary>
    Task<IReadOnlyList<(string GrainKey, GrainStateRecord Record)>> ListAsync(
        string grainType, string stateName, CancellationToken cancellationToken = default);
}
