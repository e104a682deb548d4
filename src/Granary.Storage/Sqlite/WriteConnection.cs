using Granary.Model;

namespace Granary.Storage;

/// <summary>The one connection that writes, with its statements prepared. Used by the commit thread only, after it is made.</summary>
internal sealed class WriteConnection : IDisposable
{
    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _findPool;
    private readonly Statement _addPool;
    private readonly Statement _lastRecord;
    private readonly Statement _insertRecord;
    private readonly Dictionary<string, long> _pools = new(StringComparer.Ordinal);
    private readonly List<string> _newPools = [];

    public WriteConnection(string path, SqliteStoreOptions options)
    {
        _database = Database.Open(path, readOnly: false);
        try
        {
            Configure(_database, options);
            Schema.Ensure(_database, options.Time);
            _begin = _database.Prepare("BEGIN IMMEDIATE");
            _commit = _database.Prepare("COMMIT");
            _rollback = _database.Prepare("ROLLBACK");
            _findPool = _database.Prepare("SELECT id FROM pool WHERE name = ?");
            _addPool = _database.Prepare("INSERT INTO pool(name) VALUES(?) RETURNING id");
            _lastRecord = _database.Prepare("SELECT max(id) FROM journal WHERE id BETWEEN ? AND ?");
            _insertRecord = _database.Prepare("INSERT INTO journal(id, format, crc, payload) VALUES(?, ?, ?, ?)");
            Tasks = new TaskWriter(_database);
            Snapshots = new SnapshotWriter(_database, options.Time);
            GrainStates = new GrainStateWriter(_database);
            Snapshots.RemoveUnsealed();
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    public string Path => _database.Path;

    public TaskWriter Tasks { get; }

    public SnapshotWriter Snapshots { get; }

    public GrainStateWriter GrainStates { get; }

    public void Begin() => _begin.Run();

    public void Commit()
    {
        _commit.Run();
        _newPools.Clear();
    }

    /// <summary>Undoes the transaction if SQLite has not done so itself; never throws, so that every caller hears of the first fault.</summary>
    public void Rollback()
    {
        foreach (var pool in _newPools) _pools.Remove(pool);
        _newPools.Clear();
        try
        {
            if (_database.InTransaction) _rollback.Run();
        }
        catch (StorageException)
        {
            // the next BEGIN fails and says why
        }
    }

    public long PoolId(string pool)
    {
        if (_pools.TryGetValue(pool, out var id)) return id;
        var known = _findPool.Bind(1, pool).Step();
        if (known) id = _findPool.Int64(0);
        _findPool.Reset();
        if (!known)
        {
            _addPool.Bind(1, pool).Step();
            id = _addPool.Int64(0);
            _addPool.Reset();
        }
        _newPools.Add(pool);
        return _pools[pool] = id;
    }

    /// <summary>Read every time, never remembered: another process may have written, which is what the fence is for.</summary>
    public long LastSequence(long pool)
    {
        _lastRecord.Bind(1, Key.Of(pool, 0)).Bind(2, Key.Of(pool, Key.MaxNumber)).Step();
        var last = _lastRecord.OptionalInt64(0);
        _lastRecord.Reset();
        return last is { } key ? Key.Number(key) : Snapshots.Sequence(pool);
    }

    public void InsertRecord(long pool, long sequence, ReadOnlySpan<byte> payload) =>
        _insertRecord.Bind(1, Key.Of(pool, sequence)).Bind(2, Schema.RecordFormat).Bind(3, Crc32C.Of(payload)).Bind(4, payload).Run();

    /// <summary>For tests: lifts or sets the limit on the file's size.</summary>
    public void SetMaxPages(int pages) => _database.Execute($"PRAGMA max_page_count={Database.Literal(pages)}");

    public void Dispose() => _database.Dispose();

    private static void Configure(Database database, SqliteStoreOptions options)
    {
        using (var mode = database.Prepare("PRAGMA journal_mode=WAL"))
        {
            mode.Step();
            if (mode.Text(0) != "wal")
            {
                throw new StorageException(
                    $"{database.Path} cannot have a write-ahead log, since its file system has no shared memory: use a local disk with --data");
            }
        }
        // FULL: a commit returns after its log records have reached the disk
        database.Execute("PRAGMA synchronous=FULL");
        database.Execute("PRAGMA temp_store=MEMORY");
        database.Execute("PRAGMA cache_size=-32768");
        database.Execute($"PRAGMA wal_autocheckpoint={Database.Literal(options.CheckpointPages)}");
        if (options.MaxPages > 0) database.Execute($"PRAGMA max_page_count={Database.Literal(options.MaxPages)}");
    }
}
