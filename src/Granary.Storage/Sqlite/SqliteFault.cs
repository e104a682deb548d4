using System.Globalization;
using SQLitePCL;

namespace Granary.Storage;

/// <summary>SQLite's result codes as one line that says what would help.</summary>
internal static class SqliteFault
{
    public static StorageException From(int result, string text, string path)
    {
        var directory = Path.GetDirectoryName(path);
        return (result & 0xFF) switch
        {
            raw.SQLITE_FULL => new(StorageFault.DiskFull,
                $"the disk that holds {directory} is full: the write was not made; free some space and try again"),
            raw.SQLITE_READONLY => new(StorageFault.ReadOnly,
                $"{path} cannot be written ({text}): check the rights of {directory} and that its disk is not mounted read-only"),
            raw.SQLITE_CANTOPEN => new(StorageFault.Io,
                $"{path} cannot be opened ({text}): check that {directory} exists and may be written"),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(StorageFault.Locked,
                $"{path} is locked by another process ({text}): end what else has it open"),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(path, text),
            raw.SQLITE_IOERR => new(StorageFault.Io, string.Create(CultureInfo.InvariantCulture,
                $"reading or writing {path} failed ({text}, SQLite error {result}): check the disk that holds {directory}")),
            _ => new(StorageFault.Io, string.Create(CultureInfo.InvariantCulture, $"{path}: SQLite error {result}: {text}")),
        };
    }

    public static StorageException Damaged(string path, string what) => new(StorageFault.Damaged,
        $"{path} is damaged ({what}): stop the server and restore a backup, or move the file away to begin empty");
}
