using System.Runtime.CompilerServices;

namespace Granary.Storage;

public sealed partial class SqliteStore
{
    public string Place => FilePath;

    public Task<StoreCheck> CheckAsync(CancellationToken cancellationToken = default) =>
        _readers.Read(database => SqliteCheck.Run(database, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<string>> PoolsAsync(CancellationToken cancellationToken = default) =>
        _readers.Read<IReadOnlyList<string>>(database => [.. SqliteExport.Pools(database).Select(p => p.Name)], cancellationToken);

    public async IAsyncEnumerable<StoreItem> ExportAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        using var file = SqliteFile.Open(FilePath);
        foreach (var item in file.Export())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
