using System.Globalization;

namespace Granary.Storage;

/// <summary>
/// The tables, and which version of them a file has. <c>user_version</c> is what opening compares; the table <c>schema</c> keeps the
/// history. The version goes up with every change that an older build could not read.
/// </summary>
internal static class Schema
{
    public static int Version => Steps.Count;

    /// <summary>What leads from each version to the next, the first from nothing.</summary>
    public static IReadOnlyList<string> Steps { get; } = [First];

    /// <summary>"Gran", so that <c>file</c> and we can tell whose a database is.</summary>
    public const int ApplicationId = 0x4772616E;

    /// <summary>Format of the envelope of journal records and snapshots: payload and CRC-32C.</summary>
    public const int RecordFormat = 1;

    // Journal and tasks have one integer key, pool * 2^40 + sequence or number: in SQLite such a table has its rows in the leaves
    // and a fan-out of hundreds above them, where a WITHOUT ROWID table of rows this wide would have ten.
    private const string First = """
        CREATE TABLE schema(version INTEGER PRIMARY KEY, since INTEGER NOT NULL);
        CREATE TABLE pool(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE journal(id INTEGER PRIMARY KEY, format INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL);
        CREATE TABLE snapshot(id INTEGER PRIMARY KEY AUTOINCREMENT, pool INTEGER NOT NULL, seq INTEGER NOT NULL, sealed INTEGER NOT NULL,
            format INTEGER NOT NULL, crc INTEGER NOT NULL, length INTEGER NOT NULL, taken INTEGER NOT NULL);
        CREATE INDEX snapshot_pool ON snapshot(pool, seq);
        CREATE TABLE snapshot_piece(id INTEGER PRIMARY KEY, snapshot INTEGER NOT NULL, piece INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE UNIQUE INDEX snapshot_piece_key ON snapshot_piece(snapshot, piece);
        CREATE TABLE task(id INTEGER PRIMARY KEY, agent TEXT NOT NULL, name TEXT, state INTEGER NOT NULL, reason TEXT,
            priority INTEGER NOT NULL, node TEXT, attempt INTEGER NOT NULL, idx INTEGER NOT NULL,
            submitted INTEGER NOT NULL, started INTEGER, finished INTEGER NOT NULL, deadline INTEGER,
            cause INTEGER, exit_code INTEGER, signal INTEGER, exit_message TEXT, peak_memory_kib INTEGER, cpu_us INTEGER, wall_us INTEGER,
            token INTEGER NOT NULL, labels TEXT, after BLOB, spec BLOB NOT NULL);
        CREATE INDEX task_agent ON task(agent);
        CREATE INDEX task_not_succeeded ON task(state) WHERE state <> 3;
        CREATE INDEX task_finished ON task(finished);
        CREATE TABLE state(grain_type TEXT NOT NULL, state_name TEXT NOT NULL, grain_key TEXT NOT NULL, etag INTEGER NOT NULL,
            data BLOB, PRIMARY KEY(grain_type, state_name, grain_key)) WITHOUT ROWID;
        CREATE VIEW journal_entry AS SELECT pool.name AS pool, journal.id & 1099511627775 AS sequence, length(payload) AS bytes
            FROM journal JOIN pool ON pool.id = journal.id >> 40;
        CREATE VIEW finished_task AS SELECT pool.name || '/' || (task.id & 1099511627775) AS task, task.*
            FROM task JOIN pool ON pool.id = task.id >> 40;
        """;

    /// <summary>Makes the tables in an empty file, takes an older one of ours to this version, and refuses what is newer or somebody else's.</summary>
    /// <returns>The version before: 0 for an empty file.</returns>
    public static int Ensure(Database database, TimeProvider time) => Ensure(database, time, Steps);

    internal static int Ensure(Database database, TimeProvider time, IReadOnlyList<string> steps)
    {
        var version = Verify(database, steps.Count);
        if (version == steps.Count) return version;
        if (version == 0 && database.Scalar("SELECT count(*) FROM sqlite_master") != 0) throw NotOurs(database);
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            for (var next = version + 1; next <= steps.Count; next++)
            {
                database.Execute(steps[next - 1]);
                database.Execute($"INSERT INTO schema VALUES({Database.Literal(next)}, {Database.Literal(UnixTime.Micros(time.GetUtcNow()))})");
            }
            database.Execute($"PRAGMA application_id={Database.Literal(ApplicationId)}");
            database.Execute($"PRAGMA user_version={Database.Literal(steps.Count)}");
            database.Execute("COMMIT");
        }
        catch (StorageException)
        {
            if (database.InTransaction) database.Execute("ROLLBACK");
            throw;
        }
        return version;
    }

    /// <summary>The version of a file of ours; 0 for an empty one.</summary>
    /// <exception cref="StorageException">It is another program's, or of a newer build.</exception>
    public static int Verify(Database database) => Verify(database, Version);

    private static int Verify(Database database, int known)
    {
        var version = (int)database.Scalar("PRAGMA user_version");
        if (version == 0) return 0;
        if (database.Scalar("PRAGMA application_id") != ApplicationId) throw NotOurs(database);
        if (version <= known) return version;
        throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
            $"{database.Path} has schema version {version}, and this build knows up to {known}: use the newer build, or another --data"));
    }

    private static StorageException NotOurs(Database database) => new(StorageFault.Damaged,
        $"{database.Path} is a database of another program: move it away, or use another --data");
}
