namespace Granary.Storage;

/// <summary>A database file that is only read, also while a server writes it.</summary>
public sealed class SqliteFile : IDisposable
{
    private readonly Database _database;

    private SqliteFile(Database database, int version)
    {
        _database = database;
        SchemaVersion = version;
    }

    public int SchemaVersion { get; }

    /// <exception cref="StorageException">Missing, damaged, of a newer build, or of another program.</exception>
    public static SqliteFile Open(string path)
    {
        if (!File.Exists(path)) throw new StorageException(StorageFault.Missing, $"there is no {path}: 'granary db init' makes one");
        var database = Database.Open(path, readOnly: true);
        try
        {
            var version = Schema.Verify(database);
            if (version == 0) throw new StorageException(StorageFault.Missing, $"{path} is empty: 'granary db init' makes the tables");
            return new SqliteFile(database, version);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>True when the file begins as a database of SQLite.</summary>
    public static bool Is(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[16];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("SQLite format 3\0"u8);
    }

    public StoreCheck Check(CancellationToken cancellationToken = default) => SqliteCheck.Run(_database, cancellationToken);

    /// <summary>Everything, of one moment.</summary>
    public IEnumerable<StoreItem> Export()
    {
        _database.Execute("BEGIN");
        try
        {
            foreach (var item in SqliteExport.Items(_database)) yield return item;
        }
        finally
        {
            if (_database.InTransaction) _database.Execute("COMMIT");
        }
    }

    /// <summary>
    /// Copies the file as it is at one moment (SQLite's online backup), in one step: in WAL mode that holds up no writer, only the log grows
    /// meanwhile. The copy is one file without a log, and a whole database.
    /// </summary>
    public async Task BackUpAsync(string path)
    {
        await using var file = new NewFile(path);
        using (var copy = Database.Open(file.PartialPath, readOnly: false))
        {
            copy.CopyFrom(_database);
            copy.Execute("PRAGMA journal_mode=DELETE");
            Schema.Verify(copy);
        }
        file.Keep();
    }

    public void Dispose() => _database.Dispose();
}
