namespace Granary.Storage.Tests;

/// <summary>A SQLite store in a directory of its own.</summary>
internal sealed class SqliteFixture : IDisposable
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

public sealed class SqliteJournalTests : JournalContract
{
    private readonly SqliteFixture _sqlite = new();

    protected override IPoolStore Store => _sqlite.Store;
    protected override IGrainStateStore States => _sqlite.Store;
    protected override void Reopen() => _sqlite.Reopen();
    protected override IPoolStore OpenSecond() => _sqlite.OpenSecond();
    public override void Dispose() => _sqlite.Dispose();
}

public sealed class SqliteSnapshotTests : SnapshotContract
{
    private readonly SqliteFixture _sqlite = new();

    protected override IPoolStore Store => _sqlite.Store;
    protected override IGrainStateStore States => _sqlite.Store;
    protected override void Reopen() => _sqlite.Reopen();
    protected override IPoolStore OpenSecond() => _sqlite.OpenSecond();
    public override void Dispose() => _sqlite.Dispose();
}

public sealed class SqliteTaskTests : TaskContract
{
    private readonly SqliteFixture _sqlite = new();

    protected override IPoolStore Store => _sqlite.Store;
    protected override IGrainStateStore States => _sqlite.Store;
    protected override void Reopen() => _sqlite.Reopen();
    protected override IPoolStore OpenSecond() => _sqlite.OpenSecond();
    public override void Dispose() => _sqlite.Dispose();
}

public sealed class SqliteGrainStateTests : GrainStateContract
{
    private readonly SqliteFixture _sqlite = new();

    protected override IPoolStore Store => _sqlite.Store;
    protected override IGrainStateStore States => _sqlite.Store;
    protected override void Reopen() => _sqlite.Reopen();
    protected override IPoolStore OpenSecond() => _sqlite.OpenSecond();
    public override void Dispose() => _sqlite.Dispose();
}
