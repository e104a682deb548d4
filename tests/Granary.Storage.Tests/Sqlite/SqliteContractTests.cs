namespace Granary.Storage.Tests;

/// <summary>A SQLite store in a directory of its own.</summary>
internal sealed class SqliteFixture : IStoreFixture
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<SqliteStore> _seconds = [];

    public SqliteFixture() => Store = Open();

    public SqliteStore Store { get; private set; }

    public void Reopen()
    {
        Store.Dispose();
        Store = Open();
    }

    IStore IStoreFixture.Store => Store;

    IPoolStore IStoreFixture.OpenSecond() => OpenSecond();

    public SqliteStore OpenSecond()
    {
        _seconds.Add(Open());
        return _seconds[^1];
    }

    public void Dispose()
    {
        foreach (var second in _seconds) second.Dispose();
        Store.Dispose();
        _directory.Dispose();
    }

    private SqliteStore Open() => SqliteStore.Open(new SqliteStoreOptions { DataDirectory = _directory.Path });
}

public sealed class SqliteJournalTests() : JournalContract(new SqliteFixture());

public sealed class SqliteSnapshotTests() : SnapshotContract(new SqliteFixture());

public sealed class SqliteTaskTests() : TaskContract(new SqliteFixture());

public sealed class SqliteGrainStateTests() : GrainStateContract(new SqliteFixture());
