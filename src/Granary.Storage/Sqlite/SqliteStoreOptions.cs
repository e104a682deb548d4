using System.ComponentModel.DataAnnotations;

namespace Granary.Storage;

/// <summary>Settings of the SQLite store.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>Where <c>granary.db</c> lies. It must exist: see <see cref="DataDirectoryLock"/>.</summary>
    [Required]
    public required string DataDirectory { get; init; }

    /// <summary>Reads that go on at once, each on a connection of its own. Default 4.</summary>
    [Range(1, 64)]
    public int Readers { get; init; } = 4;

    /// <summary>The most writes that share one commit. Default 4096.</summary>
    [Range(1, 100_000)]
    public int MaxGroup { get; init; } = 4096;

    /// <summary>Bytes of one piece of a snapshot: appends wait no longer than one piece takes. Default 256 KiB.</summary>
    [Range(4096, 64 * 1024 * 1024)]
    public int SnapshotPiece { get; init; } = 256 * 1024;

    /// <summary>The log is written back into the file once it has this many pages of 4 KiB. Default 4000 (16 MiB).</summary>
    [Range(100, 1_000_000)]
    public int CheckpointPages { get; init; } = 4000;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For tests: the file may not grow beyond this many pages, which SQLite reports as a full disk. 0 for no limit.</summary>
    internal int MaxPages { get; init; }

    /// <exception cref="ValidationException">A setting is out of its range.</exception>
    internal void Validate() => Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
}
