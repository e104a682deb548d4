namespace Granary.Storage;

/// <summary>What people do with a store as a whole. Each call opens it and closes it again.</summary>
public interface IStoreUpkeep
{
    /// <summary>File or database, for messages; never a password.</summary>
    string Place { get; }

    /// <summary>The schema version this build makes.</summary>
    int Version { get; }

    /// <summary>Makes the store where there is none. The version found before: 0 for none.</summary>
    Task<int> InitAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes an older store to this build's version. The version found before.</summary>
    Task<int> UpgradeAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads every journal, snapshot and finished task, also while servers write. The store's version, and what was found.</summary>
    Task<(int Version, StoreCheck Check)> VerifyAsync(CancellationToken cancellationToken = default);

    /// <summary>A copy of one moment in one file, also while servers write.</summary>
    /// <param name="path">A file that does not exist.</param>
    Task BackUpAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Everything of one moment, in a file that every store can import.</summary>
    /// <param name="path">A file that does not exist.</param>
    Task<TransferCounts> ExportAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Fills an empty store from an export or a backup; all or nothing.</summary>
    Task<TransferCounts> ImportAsync(string path, CancellationToken cancellationToken = default);
}
