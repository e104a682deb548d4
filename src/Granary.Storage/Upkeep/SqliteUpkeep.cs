namespace Granary.Storage;

/// <summary>Upkeep of the database in a data directory. What writes needs the directory, so no server may run on it; what reads does not.</summary>
public sealed class SqliteUpkeep(string directory, TimeProvider time) : IStoreUpkeep
{
    public string Place { get; } = Path.Combine(Path.GetFullPath(directory), SqliteStore.FileName);

    public int Version => Schema.Version;

    public Task<int> InitAsync(CancellationToken cancellationToken = default) => Task.Run(() => Owned(Ensure), cancellationToken);

    public Task<int> UpgradeAsync(CancellationToken cancellationToken = default)
    {
        using (SqliteFile.Open(Place))
        {
            // it must be there: an upgrade makes none
        }
        return InitAsync(cancellationToken);
    }

    public Task<(int Version, StoreCheck Check)> VerifyAsync(CancellationToken cancellationToken = default) => Task.Run(() =>
    {
        using var file = SqliteFile.Open(Place);
        return (file.SchemaVersion, file.Check(cancellationToken));
    }, cancellationToken);

    public async Task BackUpAsync(string path, CancellationToken cancellationToken = default)
    {
        using var file = SqliteFile.Open(Place);
        await Task.Run(() => file.BackUpAsync(path), cancellationToken).ConfigureAwait(false);
    }

    public Task<TransferCounts> ExportAsync(string path, CancellationToken cancellationToken = default)
    {
        using (SqliteFile.Open(Place))
        {
            // refused before a file is begun
        }
        return PortableFile.WriteAsync(path, ImportSource.Open(Place, cancellationToken), cancellationToken);
    }

    public async Task<TransferCounts> ImportAsync(string path, CancellationToken cancellationToken = default)
    {
        var items = ImportSource.Open(path, cancellationToken);
        using var owned = DataDirectoryLock.Acquire(directory);
        RefuseFull();
        return await SqliteImport.RunAsync(owned.Directory, items, time, cancellationToken).ConfigureAwait(false);
    }

    private int Ensure()
    {
        var found = 0;
        if (File.Exists(Place))
        {
            using var file = Database.Open(Place, readOnly: true);
            found = Schema.Verify(file);
        }
        SqliteStore.Open(new SqliteStoreOptions { DataDirectory = Path.GetDirectoryName(Place)!, Time = time }).Dispose();
        return found;
    }

    private T Owned<T>(Func<T> work)
    {
        using var owned = DataDirectoryLock.Acquire(directory);
        return work();
    }

    /// <summary>An empty database may be replaced; one with anything in it may not.</summary>
    private void RefuseFull()
    {
        if (!File.Exists(Place)) return;
        using (var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = Path.GetDirectoryName(Place)!, Time = time }))
        {
            if (!store.HasContent) return;
        }
        throw new StorageException(StorageFault.Exists, $"{Place} has pools already: import into an empty data directory (--data), or move it away");
    }
}
