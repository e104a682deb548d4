using System.Net.Sockets;
using Npgsql;

namespace Granary.Storage;

/// <summary>PostgreSQL's error codes (its manual, appendix A) as one line that says what would help.</summary>
internal static class PostgresFault
{
    /// <summary>Two transactions met; the one that was rolled back may simply be made again.</summary>
    public static bool IsTransient(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    public static StorageException From(Exception e, string place) => e switch
    {
        StorageException fault => fault,
        PostgresException p => From(p, place),
        NpgsqlException { InnerException: TimeoutException } => new(StorageFault.Io,
            $"{place} did not answer in time: check its load and its disk", e),
        NpgsqlException { InnerException: SocketException or IOException } or SocketException or IOException => new(StorageFault.Unreachable,
            $"{place} cannot be reached ({Line(e)}): check that it runs and the connection string", e),
        _ => new(StorageFault.Io, $"{place}: {Line(e)}", e),
    };

    public static StorageException Damaged(string place, string what) => new(StorageFault.Damaged,
        $"{place} is damaged ({what}): stop the servers and restore a backup");

    private static StorageException From(PostgresException e, string place) => e.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new(StorageFault.DiskFull,
            $"the disk of {place} is full: the write was not made; free some space and try again", e),
        PostgresErrorCodes.ReadOnlySqlTransaction => new(StorageFault.ReadOnly,
            $"{place} cannot be written ({e.MessageText}): name the primary in the connection string", e),
        PostgresErrorCodes.LockNotAvailable => new(StorageFault.Locked, $"{place} is locked ({e.MessageText}): try again", e),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => Damaged(place, e.MessageText),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new(StorageFault.Refused,
            $"{place} refuses the user ({e.MessageText}): check the user and the password", e),
        PostgresErrorCodes.InsufficientPrivilege => new(StorageFault.Refused,
            $"{place}: {e.MessageText}: grant it to the user of the connection string", e),
        PostgresErrorCodes.InvalidCatalogName => new(StorageFault.Missing,
            $"{place}: {e.MessageText}: create it with 'createdb'", e),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction => new(StorageFault.Missing,
            $"{place} has no tables of Granary ({e.MessageText}): make them with 'granary db init'", e),
        PostgresErrorCodes.TooManyConnections => new(StorageFault.Unreachable,
            $"{place} has no connection left ({e.MessageText}): raise max_connections or lower the readers", e),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => new(StorageFault.Unreachable,
            $"{place} is stopping or starting ({e.MessageText}): try again", e),
        _ => new(StorageFault.Io, $"{place}: {e.MessageText} (PostgreSQL error {e.SqlState})", e),
    };

    private static string Line(Exception e) => (e.InnerException ?? e).Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
