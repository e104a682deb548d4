namespace Granary.Storage;

/// <summary>What kind of trouble the store has.</summary>
public enum StorageFault
{
    /// <summary>Reading or writing failed.</summary>
    Io,
    /// <summary>No space is left. Later writes succeed once there is some.</summary>
    DiskFull,
    ReadOnly,
    /// <summary>Another process holds the file.</summary>
    Locked,
    /// <summary>The file, or a record in it, is not what was written.</summary>
    Damaged,
    /// <summary>Written by a newer build than this one.</summary>
    NewerFormat,
    /// <summary>Made by an older build, and to be upgraded first.</summary>
    OlderFormat,
    /// <summary>Records asked for are no longer there.</summary>
    Truncated,
    /// <summary>The database server does not answer.</summary>
    Unreachable,
    /// <summary>The database server does not let this user do it.</summary>
    Refused,
    /// <summary>What should be made is there already.</summary>
    Exists,
    /// <summary>There is no database, or it has no tables of ours.</summary>
    Missing,
}

/// <summary>The store cannot do what was asked: one line with what, where and what would help.</summary>
public sealed class StorageException : Exception
{
    public StorageException()
    {
    }

    public StorageException(string message)
        : base(message)
    {
    }

    public StorageException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public StorageException(StorageFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    public StorageFault Fault { get; }
}
