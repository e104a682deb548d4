using System.Diagnostics;
using System.Runtime.InteropServices;
using Granary.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Granary.Benchmarks.Storage;

/// <summary>What the disk and SQLite itself reach, with nothing of ours between.</summary>
internal static partial class Baselines
{
    /// <returns>Appends a second.</returns>
    public static double SyncedAppends(string root, TimeSpan time)
    {
        var bytes = new byte[512];
        using var file = File.OpenHandle(Path.Combine(root, "baseline"), FileMode.Create, FileAccess.Write);
        var clock = Stopwatch.StartNew();
        long count = 0;
        for (; clock.Elapsed < time; count++)
        {
            RandomAccess.Write(file, bytes, count * bytes.Length);
            if (SyncData(file) != 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
        return count / clock.Elapsed.TotalSeconds;
    }

    /// <returns>Commits a second.</returns>
    public static double Commits(string root, TimeSpan time, int rows)
    {
        // the same library serves both
        _ = SqliteLibrary.Version;
        using var connection = new SqliteConnection($"Data Source={Path.Combine(root, Path.GetRandomFileName())};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, payload BLOB NOT NULL)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO t(payload) VALUES($payload)";
        insert.Parameters.AddWithValue("$payload", new byte[512]);
        insert.Prepare();
        var clock = Stopwatch.StartNew();
        long count = 0;
        for (; clock.Elapsed < time; count++)
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var i = 0; i < rows; i++) insert.ExecuteNonQuery();
            transaction.Commit();
        }
        return count / clock.Elapsed.TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle file);
}
