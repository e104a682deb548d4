using Granary.Testing.Postgres;

namespace Granary.Storage.Tests;

/// <summary>A PostgreSQL store in a schema of its own; skips the test where PostgreSQL is not installed.</summary>
internal sealed class PostgresFixture : IDisposable
{
    private static readonly Lazy<Task<string>> Database = new(() => PostgresServer.Shared.CreateDatabaseAsync());
    private static int _schemas;
    private readonly List<PostgresStore> _seconds = [];

    public PostgresFixture()
    {
        Assert.SkipWhen(PostgresPrograms.Missing is not null, PostgresPrograms.Missing ?? "");
        Options = new PostgresStoreOptions
        {
            ConnectionString = Database.Value.GetAwaiter().GetResult(),
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

public sealed class PostgresJournalTests : JournalContract
{
    private readonly PostgresFixture _postgres = new();

    protected override IPoolStore Store => _postgres.Store;
    protected override IGrainStateStore States => _postgres.Store;
    protected override void Reopen() => _postgres.Reopen();
    protected override IPoolStore OpenSecond() => _postgres.OpenSecond();
    public override void Dispose() => _postgres.Dispose();
}

public sealed class PostgresSnapshotTests : SnapshotContract
{
    private readonly PostgresFixture _postgres = new();

    protected override IPoolStore Store => _postgres.Store;
    protected override IGrainStateStore States => _postgres.Store;
    protected override void Reopen() => _postgres.Reopen();
    protected override IPoolStore OpenSecond() => _postgres.OpenSecond();
    public override void Dispose() => _postgres.Dispose();
}

public sealed class PostgresTaskTests : TaskContract
{
    private readonly PostgresFixture _postgres = new();

    protected override IPoolStore Store => _postgres.Store;
    protected override IGrainStateStore States => _postgres.Store;
    protected override void Reopen() => _postgres.Reopen();
    protected override IPoolStore OpenSecond() => _postgres.OpenSecond();
    public override void Dispose() => _postgres.Dispose();
}

public sealed class PostgresGrainStateTests : GrainStateContract
{
    private readonly PostgresFixture _postgres = new();

    protected override IPoolStore Store => _postgres.Store;
    protected override IGrainStateStore States => _postgres.Store;
    protected override void Reopen() => _postgres.Reopen();
    protected override IPoolStore OpenSecond() => _postgres.OpenSecond();
    public override void Dispose() => _postgres.Dispose();
}
