namespace Granary.Storage;

/// <summary>
/// The embedded store: one file <c>granary.db</c> in the data directory, in SQLite's WAL mode with every commit on the disk before it
/// is acknowledged. The caller owns the directory (<see cref="DataDirectoryLock"/>) and disposes the lock after the store.
/// </summary>
public sealed partial class SqliteStore : IStore, IDisposable
{
    public const string FileName = "granary.db";

    private readonly SqliteStoreOptions _options;
    private readonly WriteConnection _connection;
    private readonly CommitQueue _commits;
    private readonly ReaderPool _readers;

    private SqliteStore(string path, SqliteStoreOptions options)
    {
        FilePath = path;
        _options = options;
        _connection = new WriteConnection(path, options);
        _commits = new CommitQueue(_connection, options.MaxGroup);
        _readers = new ReaderPool(path, options.Readers);
    }

    public string FilePath { get; }

    /// <summary>Opens the database, or makes it (mode 0600).</summary>
    /// <exception cref="StorageException">Damaged, of a newer build, of another program, or not to be opened.</exception>
    public static SqliteStore Open(SqliteStoreOptions options)
    {
        options.Validate();
        var path = Path.Combine(Path.GetFullPath(options.DataDirectory), FileName);
        CreateFile(path);
        return new SqliteStore(path, options);
    }

    /// <summary>Commits what is queued and closes the file.</summary>
    public void Dispose()
    {
        _commits.Dispose();
        _readers.Dispose();
        _connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Transactions made since the store was opened, to be compared with the writes they held.</summary>
    public long Commits => _commits.Commits;

    /// <summary>False for a database that was only made.</summary>
    internal bool HasContent
    {
        get
        {
            using var database = Database.Open(FilePath, readOnly: true);
            return database.Scalar("SELECT EXISTS (SELECT 1 FROM pool) OR EXISTS (SELECT 1 FROM state)") != 0;
        }
    }

    /// <summary>For tests: lets the file grow to <paramref name="pages"/> pages. Only while no write is under way.</summary>
    internal void SetMaxPages(int pages) => _connection.SetMaxPages(pages);

    private static void CreateFile(string path)
    {
        // an existing file is left alone: closing any handle of it would drop SQLite's own locks, which belong to the process
        if (File.Exists(path)) return;
        var file = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            new FileStream(path, file).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFault.Io,
                $"{path} cannot be opened ({e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}): check the directory's rights", e);
        }
    }

    private static long? PoolId(Database database, string pool)
    {
        var statement = database.Query("SELECT id FROM pool WHERE name = ?");
        long? id = statement.Bind(1, pool).Step() ? statement.Int64(0) : null;
        statement.Reset();
        return id;
    }
}
