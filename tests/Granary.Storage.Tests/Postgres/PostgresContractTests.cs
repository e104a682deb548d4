using Granary.Testing.Postgres;

namespace Granary.Storage.Tests;

/// <summary>A PostgreSQL store in a schema of its own; skips the test where PostgreSQL is not installed.</summary>
internal sealed class PostgresFixture : IStoreFixture
{
    private static readonly Lazy<Task<string>> Database = new(() => PostgresServer.Shared.CreateDatabaseAsync());
    private static int _schemas;
    private readonly List<PostgresStore> _seconds = [];

    /// <summary>With <paramref name="ownDatabase"/> no other test is in its database, for tests that do to a database what harms all in it.</summary>
    public PostgresFixture(bool ownDatabase = false)
    {
        Assert.SkipWhen(PostgresPrograms.Missing is not null, PostgresPrograms.Missing ?? "");
        Options = new PostgresStoreOptions
        {
            ConnectionString = (ownDatabase ? PostgresServer.Shared.CreateDatabaseAsync() : Database.Value).GetAwaiter().GetResult(),
            Schema = $"granary_{Interlocked.Increment(ref _schemas)}",
        };
        PostgresStore.InitializeAsync(Options).GetAwaiter().GetResult();
        Store = Open();
    }

    public PostgresStoreOptions Options { get; }

    public PostgresStore Store { get; private set; }

    public void Reopen()
    {
        Store.Dispose();
        Store = Open();
    }

    IStore IStoreFixture.Store => Store;

    IPoolStore IStoreFixture.OpenSecond() => OpenSecond();

    public PostgresStore OpenSecond()
    {
        _seconds.Add(Open());
        return _seconds[^1];
    }

    public void Dispose()
    {
        foreach (var second in _seconds) second.Dispose();
        Store.Dispose();
    }

    private PostgresStore Open() => PostgresStore.OpenAsync(Options).GetAwaiter().GetResult();
}

public sealed class PostgresJournalTests() : JournalContract(new PostgresFixture());

public sealed class PostgresSnapshotTests() : SnapshotContract(new PostgresFixture());

public sealed class PostgresTaskTests() : TaskContract(new PostgresFixture());

public sealed class PostgresGrainStateTests() : GrainStateContract(new PostgresFixture());
