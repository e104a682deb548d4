using System.Globalization;
using SQLitePCL;

namespace Granary.Storage;

/// <summary>One connection, used by one thread at a time. Every error becomes a <see cref="StorageException"/>.</summary>
internal sealed class Database : IDisposable
{
    private const int MaxCachedQueries = 64;
    private static readonly TimeSpan WaitForOthers = TimeSpan.FromSeconds(5);
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];
    private readonly Dictionary<string, Statement> _queries = new(StringComparer.Ordinal);

    private Database(string path, sqlite3 handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    /// <summary>True between BEGIN and the end of the transaction; SQLite may have ended it by itself after an error.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public int Changes => raw.sqlite3_changes(_handle);

    public static Database Open(string path, bool readOnly)
    {
        SqliteLibrary.EnsureLoaded();
        var flags = (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE) | raw.SQLITE_OPEN_NOMUTEX;
        var result = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new Database(path, handle);
        try
        {
            if (result != raw.SQLITE_OK) throw database.Fault(result);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, (int)WaitForOthers.TotalMilliseconds);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Execute(string sql)
    {
        var result = raw.sqlite3_exec(_handle, sql);
        if (result != raw.SQLITE_OK) throw Fault(result);
    }

    public long Scalar(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>A statement that lives as long as the connection, or until it is disposed.</summary>
    public Statement Prepare(string sql)
    {
        const uint persistent = 1;
        var result = raw.sqlite3_prepare_v3(_handle, sql, persistent, out var handle);
        if (result != raw.SQLITE_OK) throw Fault(result);
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>A cached statement for SQL put together at run time.</summary>
    public Statement Query(string sql)
    {
        if (_queries.TryGetValue(sql, out var statement)) return statement;
        if (_queries.Count >= MaxCachedQueries)
        {
            foreach (var old in _queries.Values) old.Dispose();
            _queries.Clear();
        }
        return _queries[sql] = Prepare(sql);
    }

    /// <summary>Replaces everything in this file by what <paramref name="source"/> has at this moment.</summary>
    public void CopyFrom(Database source)
    {
        using var backup = raw.sqlite3_backup_init(_handle, "main", source._handle, "main");
        if (backup.IsInvalid) throw Fault(raw.sqlite3_errcode(_handle));
        const int everything = -1;
        var result = raw.sqlite3_backup_step(backup, everything);
        if (result != raw.SQLITE_DONE) throw Fault(result);
    }

    public void Forget(Statement statement) => _statements.Remove(statement);

    public StorageException Fault(int result)
    {
        // after a failed open the handle may have no message of its own
        var text = _handle.IsInvalid ? raw.sqlite3_errstr(result).utf8_to_string() : raw.sqlite3_errmsg(_handle).utf8_to_string();
        return SqliteFault.From(result, text, Path);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.ToArray()) statement.Dispose();
        if (!_handle.IsInvalid) raw.sqlite3_close_v2(_handle);
    }

    /// <summary>A whole number for SQL text that cannot take a parameter.</summary>
    public static string Literal(long value) => value.ToString(CultureInfo.InvariantCulture);
}
