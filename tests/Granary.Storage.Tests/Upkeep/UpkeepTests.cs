using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage.Tests;

public sealed class UpkeepTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_store_is_made_once(string kind)
    {
        using var place = new UpkeepPlace(kind);
        // the fixture has made the tables of PostgreSQL
        Assert.Equal(kind == "sqlite" ? 0 : place.Upkeep.Version, await place.Upkeep.InitAsync());
        Assert.Equal(place.Upkeep.Version, await place.Upkeep.InitAsync());
        Assert.Equal(place.Upkeep.Version, await place.Upkeep.UpgradeAsync());
        var (version, check) = await place.Upkeep.VerifyAsync();
        Assert.Equal(place.Upkeep.Version, version);
        Assert.Equal((0, 0L, 0L, 0L), (check.Pools, check.JournalRecords, check.FinishedTasks, check.StateRecords));
    }

    [Fact]
    public async Task Where_there_is_nothing_to_keep_up_that_is_said()
    {
        using var place = new UpkeepPlace("sqlite");
        foreach (var call in new Func<Task>[]
        {
            () => place.Upkeep.VerifyAsync(), () => place.Upkeep.UpgradeAsync(),
            () => place.Upkeep.BackUpAsync(place.File("b")), () => place.Upkeep.ExportAsync(place.File("e")),
        })
        {
            var missing = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageFault.Missing, missing.Fault);
            Assert.Contains("'granary db init'", missing.Message);
        }
        Assert.Equal(StorageFault.Missing, (await Assert.ThrowsAsync<StorageException>(() => place.Upkeep.ImportAsync(place.File("none")))).Fault);
        Assert.Empty(Directory.GetFiles(place.Directory.Path, "*granary.db*"));
    }

    [Fact]
    public async Task A_server_on_the_directory_keeps_writers_out_and_lets_readers_in()
    {
        using var place = new UpkeepPlace("sqlite");
        await place.Upkeep.InitAsync();
        using var owned = DataDirectoryLock.Acquire(place.Directory.Path);
        await using var store = await place.OpenAsync();
        await store.AppendAsync(Samples.Append(1));
        Assert.Equal(1, (await place.Upkeep.VerifyAsync()).Check.JournalRecords);
        await place.Upkeep.BackUpAsync(place.File("copy"));
        Assert.Equal(ErrorCode.Refused, (await Assert.ThrowsAsync<GranaryException>(() => place.Upkeep.ImportAsync(place.File("copy")))).Code);
        Assert.Equal(ErrorCode.Refused, (await Assert.ThrowsAsync<GranaryException>(() => place.Upkeep.UpgradeAsync())).Code);
    }

    [Fact]
    public void A_file_of_an_older_schema_is_taken_through_the_steps_it_lacks()
    {
        using var directory = new TemporaryDirectory();
        using var file = Database.Open(directory.File("old.db"), readOnly: false);
        Assert.Equal(0, Schema.Ensure(file, TimeProvider.System, Schema.Steps));
        string[] later = [.. Schema.Steps, "CREATE TABLE later(id INTEGER PRIMARY KEY)", "INSERT INTO later VALUES (7)"];
        Assert.Equal(Schema.Version, Schema.Ensure(file, TimeProvider.System, later));
        Assert.Equal(7, file.Scalar("SELECT id FROM later"));
        Assert.Equal(later.Length, file.Scalar("SELECT max(version) FROM schema"));
        // this build does not know those steps: it must not touch the file
        Assert.Equal(StorageFault.NewerFormat, Assert.Throws<StorageException>(() => Schema.Ensure(file, TimeProvider.System)).Fault);
    }

    [Fact]
    public void A_step_that_fails_leaves_the_file_as_it_was()
    {
        using var directory = new TemporaryDirectory();
        using var file = Database.Open(directory.File("old.db"), readOnly: false);
        Schema.Ensure(file, TimeProvider.System);
        string[] broken = [.. Schema.Steps, "CREATE TABLE later(id INTEGER PRIMARY KEY)", "no such thing"];
        Assert.Throws<StorageException>(() => Schema.Ensure(file, TimeProvider.System, broken));
        Assert.Equal(Schema.Version, Schema.Verify(file));
        Assert.Equal(0, file.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'later'"));
    }

    [Fact]
    public async Task A_database_of_an_older_schema_is_refused_by_servers_until_it_is_upgraded()
    {
        using var postgres = new PostgresFixture();
        var options = postgres.Options with { Schema = $"{postgres.Options.Schema}_old" };
        await PostgresStore.InitializeAsync(options, ["CREATE TABLE schema_version(version integer PRIMARY KEY, since timestamptz NOT NULL)"], default);
        Assert.Equal(1, await PostgresStore.InitializeAsync(options, ["", "CREATE TABLE later(id integer)"], default));
        // of a build with two steps; for this one, which has fewer, it is newer
        Assert.Equal(StorageFault.NewerFormat, (await Assert.ThrowsAsync<StorageException>(() => PostgresStore.OpenAsync(options))).Fault);
        var older = Assert.Throws<StorageException>(() => PostgresSchema.Check(2, 3, options));
        Assert.Equal(StorageFault.OlderFormat, older.Fault);
        Assert.Contains("'granary db upgrade'", older.Message);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Retention_lets_go_what_finished_before_in_every_pool(string kind)
    {
        using var place = new UpkeepPlace(kind);
        await place.Upkeep.InitAsync();
        await using var store = await place.OpenAsync();
        TaskView At(string pool, long number, int minute) => Samples.Task(number, pool: pool, finished: Samples.Start.AddMinutes(minute));
        await store.AppendAsync(Samples.AppendTo("p1", 1, [.. Enumerable.Range(1, 2500).Select(i => At("p1", i, 1))]));
        await store.AppendAsync(Samples.AppendTo("p2", 1, At("p2", 1, 1), At("p2", 2, 59), At("p2", 3, 60), At("p2", 4, 61)));
        Assert.Equal(2502, await RetentionSweep.RunAsync(store, Samples.Start.AddHours(1)));
        Assert.Empty((await store.ListAsync("p1", new TaskQuery())).Tasks);
        Assert.Equal([4L, 3L], (await store.ListAsync("p2", new TaskQuery())).Tasks.Select(t => t.Id.Number));
        Assert.Equal(0, await RetentionSweep.RunAsync(store, Samples.Start.AddHours(1)));
    }
}
