namespace Granary.Storage;

/// <summary>Fills a new file. It takes the database's name once it is whole, so an import that fails leaves nothing.</summary>
internal static class SqliteImport
{
    private const int ItemsAtOnce = 1000;
    private const long BytesAtOnce = 4 * 1024 * 1024;

    /// <param name="directory">Owned by the caller, without a database.</param>
    public static async Task<TransferCounts> RunAsync(string directory, IAsyncEnumerable<StoreItem> items, TimeProvider time, CancellationToken cancellationToken)
    {
        var making = Directory.CreateDirectory(Path.Combine(directory, "import.partial")).FullName;
        try
        {
            var counts = await FillAsync(new SqliteStoreOptions { DataDirectory = making, Time = time }, items, cancellationToken).ConfigureAwait(false);
            File.Move(Path.Combine(making, SqliteStore.FileName), Path.Combine(directory, SqliteStore.FileName), overwrite: true);
            return counts;
        }
        finally
        {
            Directory.Delete(making, recursive: true);
        }
    }

    private static async Task<TransferCounts> FillAsync(SqliteStoreOptions options, IAsyncEnumerable<StoreItem> items, CancellationToken cancellationToken)
    {
        using var store = SqliteStore.Open(options);
        var order = new TransferOrder();
        var some = new List<StoreItem>();
        var (pool, bytes) = ("", 0L);
        await foreach (var item in order.Check(items, cancellationToken).ConfigureAwait(false))
        {
            some.Add(item);
            bytes += item switch
            {
                StoreItem.Snapshot snapshot => snapshot.Data.Length,
                StoreItem.Record record => record.Journal.Payload.Length,
                StoreItem.State state => state.Value.Data.Length,
                _ => 0,
            };
            if (some.Count >= ItemsAtOnce || bytes >= BytesAtOnce) await Flush().ConfigureAwait(false);
        }
        await Flush().ConfigureAwait(false);
        return order.Counts;

        async Task Flush()
        {
            pool = await store.Queue(new ImportWrite(pool, some.ToArray(), options.SnapshotPiece), cancellationToken).ConfigureAwait(false);
            some.Clear();
            bytes = 0;
        }
    }
}
