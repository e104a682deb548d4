using System.Runtime.CompilerServices;

namespace Granary.Storage;

/// <summary>What an import can read: an export of any store, or a backup of SQLite.</summary>
internal static class ImportSource
{
    /// <exception cref="StorageException">There is no such file, or it is of neither kind.</exception>
    public static IAsyncEnumerable<StoreItem> Open(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (PortableFile.Is(path)) return PortableFile.ReadAsync(path, cancellationToken);
            if (SqliteFile.Is(path)) return ReadAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFault.Missing, $"{path} cannot be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')})", e);
        }
        throw new StorageException(StorageFault.Damaged, $"{path} is neither an export nor a backup of Granary: 'granary db export' writes one");
    }

    private static async IAsyncEnumerable<StoreItem> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var file = SqliteFile.Open(Path.GetFullPath(path));
        foreach (var item in file.Export())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
