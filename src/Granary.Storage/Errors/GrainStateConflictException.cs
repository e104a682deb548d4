namespace Granary.Storage;

/// <summary>A grain state was written by somebody else since it was read.</summary>
public sealed class GrainStateConflictException : Exception
{
    public GrainStateConflictException()
    {
    }

    public GrainStateConflictException(string message)
        : base(message)
    {
    }

    public GrainStateConflictException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public GrainStateConflictException(GrainStateKey key, string? storedETag, string? offeredETag)
        : base($"the state {key} has ETag {storedETag ?? "none"}, not {offeredETag ?? "none"}: it was written meanwhile; read it again")
    {
        StoredETag = storedETag;
        OfferedETag = offeredETag;
    }

    public string? StoredETag { get; }

    public string? OfferedETag { get; }
}
