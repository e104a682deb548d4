namespace Granary.Storage.Tests;

/// <summary>An empty place for a store of either kind, with its upkeep.</summary>
internal sealed class UpkeepPlace : IDisposable
{
    private readonly PostgresFixture? _postgres;

    public UpkeepPlace(string kind)
    {
        if (kind == "postgres") _postgres = new PostgresFixture();
        Upkeep = _postgres is null ? new SqliteUpkeep(Directory.Path, TimeProvider.System) : new PostgresUpkeep(_postgres.Options);
    }

    public TemporaryDirectory Directory { get; } = new();

    public IStoreUpkeep Upkeep { get; }

    public string File(string name) => Directory.File(name);

    /// <summary>As a server would.</summary>
    public async Task<IStore> OpenAsync() => _postgres is null
        ? SqliteStore.Open(new SqliteStoreOptions { DataDirectory = Directory.Path })
        : await PostgresStore.OpenAsync(_postgres.Options);

    public void Dispose()
    {
        _postgres?.Dispose();
        Directory.Dispose();
    }
}
