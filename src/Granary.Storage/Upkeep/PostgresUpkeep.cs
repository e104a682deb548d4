using Npgsql;

namespace Granary.Storage;

/// <summary>Upkeep of the tables in a PostgreSQL database.</summary>
public sealed class PostgresUpkeep(PostgresStoreOptions options) : IStoreUpkeep
{
    public string Place { get; } = options.ToString();

    public int Version => PostgresSchema.Version;

    public Task<int> InitAsync(CancellationToken cancellationToken = default) => PostgresStore.InitializeAsync(options, cancellationToken);

    public async Task<int> UpgradeAsync(CancellationToken cancellationToken = default)
    {
        if (await VersionAsync(cancellationToken).ConfigureAwait(false) == 0) PostgresSchema.Check(0, options);
        return await PostgresStore.InitializeAsync(options, cancellationToken).ConfigureAwait(false);
    }

    public async Task<(int Version, StoreCheck Check)> VerifyAsync(CancellationToken cancellationToken = default)
    {
        var version = await VersionAsync(cancellationToken).ConfigureAwait(false);
        await using var store = await PostgresStore.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        return (version, await store.CheckAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The same as an export: it is of one moment, and every store can import it.</summary>
    public Task BackUpAsync(string path, CancellationToken cancellationToken = default) => ExportAsync(path, cancellationToken);

    public async Task<TransferCounts> ExportAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var store = await PostgresStore.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        return await PortableFile.WriteAsync(path, store.ExportAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public async Task<TransferCounts> ImportAsync(string path, CancellationToken cancellationToken = default)
    {
        var items = ImportSource.Open(path, cancellationToken);
        PostgresSchema.Check(await VersionAsync(cancellationToken).ConfigureAwait(false), options);
        return await Connected(connection => PostgresImport.RunAsync(connection, options, items, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private Task<int> VersionAsync(CancellationToken cancellationToken) =>
        Connected(connection => PostgresSchema.VersionAsync(connection, options, cancellationToken), cancellationToken);

    private Task<T> Connected<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var parts = options.Validate();
        return PostgresStore.Guard(options, async () =>
        {
            await using var source = PostgresStore.Source(parts, 1);
            await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        });
    }
}
