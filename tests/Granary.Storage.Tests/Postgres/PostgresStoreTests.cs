using System.ComponentModel.DataAnnotations;
using Granary.Model;
using Npgsql;

namespace Granary.Storage.Tests;

/// <summary>What only a database server can do: be away, be somebody else's, be asked by several at once.</summary>
public sealed class PostgresStoreTests : IDisposable
{
    private const string Password = "s3cret-pass";
    private readonly PostgresFixture _postgres = new(ownDatabase: true);

    public void Dispose() => _postgres.Dispose();

    [Fact]
    public async Task Two_servers_write_many_pools_at_once_and_nothing_is_lost()
    {
        var second = _postgres.OpenSecond();
        var pools = Enumerable.Range(0, 12).Select(i => $"p{i}").ToArray();
        await Task.WhenAll(pools.SelectMany((pool, i) => new[]
        {
            Write(_postgres.Store, pool, pools, i),
            Write(second, pool, pools, -i),
        }));
        foreach (var pool in pools)
        {
            var recovery = await second.OpenAsync(pool);
            Assert.Equal(40, recovery.LastSequence);
            Assert.Equal(Enumerable.Range(1, 40).Select(n => (long)n), (await Numbers(second, pool)).Order());
        }
        Assert.Empty((await second.CheckAsync()).Problems);
    }

    [Fact]
    public async Task Appends_that_wait_together_share_a_commit()
    {
        await _postgres.Store.AppendAsync(Samples.Append(1));
        var before = _postgres.Store.Commits;
        await Task.WhenAll(Enumerable.Range(2, 500).Select(n => _postgres.Store.AppendAsync(Samples.Append(n, Samples.Task(n)))));
        Assert.InRange(_postgres.Store.Commits - before, 1, 250);
        Assert.Equal(501, (await _postgres.Store.OpenAsync(Samples.Pool)).LastSequence);
    }

    [Fact]
    public async Task Writes_beyond_the_bound_wait_for_room_and_are_made_in_order()
    {
        const int Count = PostgresCommits.MostWaiting + 3000;
        await using var source = NpgsqlDataSource.Create(Connection());
        await using var holder = await source.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE", holder, transaction)) await command.ExecuteNonQueryAsync();
        var writes = Enumerable.Range(1, Count).Select(n => _postgres.Store.AppendAsync(Samples.Append(n))).ToArray();
        // one group may be on its way, stopped by the lock; nothing else leaves the line
        Assert.True(SpinWait.SpinUntil(() => _postgres.Store.Waiting == PostgresCommits.MostWaiting, TimeSpan.FromSeconds(20)), $"{_postgres.Store.Waiting} wait");
        Assert.DoesNotContain(writes, w => w.IsCompleted);
        await transaction.RollbackAsync();
        await Task.WhenAll(writes);
        Assert.Equal(Count, (await _postgres.Store.OpenAsync(Samples.Pool)).LastSequence);
        Assert.Equal(0, _postgres.Store.Waiting);
    }

    [Fact]
    public async Task A_task_written_twice_in_one_commit_is_the_later_one()
    {
        await Task.WhenAll(
            _postgres.Store.AppendAsync(Samples.Append(1, Samples.Task(1, state: TaskState.Lost), Samples.Task(1, state: TaskState.Failed))),
            _postgres.Store.AppendAsync(Samples.Append(2, Samples.Task(1))));
        Assert.Equal(TaskState.Succeeded, (await _postgres.Store.GetAsync(Samples.Pool, 1))!.State);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\0b", "a\0b")]
    [InlineData("\uE0000\uE000", "\uE0000\uE000")]
    [InlineData("half * of a pair", "half \uFFFD of a pair")]
    [InlineData("\uD83D\uDE00", "\uD83D\uDE00")]
    public async Task Text_that_the_database_cannot_hold_comes_back(string text, string expected)
    {
        await _postgres.Store.AppendAsync(Samples.Append(1, Samples.Task(1) with { Reason = text.Replace('*', '\uD83D') }));
        Assert.Equal(expected, (await _postgres.Store.GetAsync(Samples.Pool, 1))!.Reason);
    }

    [Fact]
    public async Task A_connection_that_breaks_fails_its_writes_and_the_next_ones_are_made()
    {
        await _postgres.Store.AppendAsync(Samples.Append(1));
        await Sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        var sequence = 2L;
        try
        {
            await _postgres.Store.AppendAsync(Samples.Append(2));
        }
        catch (StorageException e)
        {
            Assert.Equal(StorageFault.Unreachable, e.Fault);
            sequence = (await Recover()).LastSequence + 1;
            await _postgres.Store.AppendAsync(Samples.Append(sequence));
        }
        Assert.Equal(sequence, (await Recover()).LastSequence);
    }

    [Theory]
    [InlineData("UPDATE journal SET payload = 'x' WHERE seq = 3", "record 3 of pool 'default' does not match its checksum")]
    [InlineData("DELETE FROM journal WHERE seq = 3", "no record 3, the next is 4")]
    [InlineData("DELETE FROM journal WHERE seq > 3", "ends at 3, not at 5")]
    [InlineData("UPDATE snapshot_piece SET data = 'x'", "snapshot of pool 'default' does not match its checksum")]
    [InlineData("UPDATE journal SET format = 9 WHERE seq = 4", "format 9, and this build knows up to 1")]
    public async Task A_check_names_what_was_damaged(string damage, string expected)
    {
        for (var sequence = 1; sequence <= 5; sequence++) await _postgres.Store.AppendAsync(Samples.Append(sequence));
        await _postgres.Store.SaveSnapshotAsync(Samples.Pool, 1, Samples.Payload(1));
        await Sql(damage);
        Assert.Contains(expected, Assert.Single((await _postgres.Store.CheckAsync()).Problems));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_both_versions()
    {
        await Sql("INSERT INTO schema_version VALUES (99, now())");
        foreach (var open in new Func<Task>[] { () => PostgresStore.OpenAsync(_postgres.Options), () => PostgresStore.InitializeAsync(_postgres.Options) })
        {
            var refusal = await Assert.ThrowsAsync<StorageException>(open);
            Assert.Equal(StorageFault.NewerFormat, refusal.Fault);
            Assert.Contains("schema version 99, and this build knows up to 1", refusal.Message);
        }
    }

    [Fact]
    public async Task A_database_without_tables_says_how_to_make_them()
    {
        var missing = await Assert.ThrowsAsync<StorageException>(() => PostgresStore.OpenAsync(_postgres.Options with { Schema = "empty" }));
        Assert.Equal(StorageFault.Missing, missing.Fault);
        Assert.Contains("'granary db init'", missing.Message);
    }

    [Fact]
    public async Task Making_the_tables_is_repeatable_and_several_may_do_it_at_once()
    {
        var options = _postgres.Options with { Schema = "made_at_once" };
        var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresStore.InitializeAsync(options)));
        Assert.Single(found, 0);
        Assert.Equal(3, found.Count(v => v == 1));
    }

    [Theory]
    [InlineData($"Host=127.0.0.1;Port=1;Username=u;Password={Password}", StorageFault.Unreachable)]
    public async Task A_server_that_is_away_is_named_without_the_password(string connection, StorageFault fault)
    {
        var away = await Assert.ThrowsAsync<StorageException>(() => PostgresStore.OpenAsync(new PostgresStoreOptions { ConnectionString = connection }));
        Assert.Equal(fault, away.Fault);
        Assert.Contains("127.0.0.1:1", away.Message);
        Assert.DoesNotContain(Password, away.ToString());
    }

    [Theory]
    [InlineData($"Host=x;Pasword={Password}")]
    [InlineData($"Username=u;Password={Password}")]
    [InlineData("")]
    [InlineData("Host=x;Port=abc")]
    public async Task A_connection_string_that_cannot_be_read_is_refused_without_repeating_it(string connection)
    {
        var options = new PostgresStoreOptions { ConnectionString = connection };
        var refusal = await Assert.ThrowsAsync<ValidationException>(() => PostgresStore.OpenAsync(options));
        Assert.DoesNotContain(Password, $"{refusal} {options}");
    }

    private static async Task Write(PostgresStore store, string pool, string[] pools, int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var next = (await store.OpenAsync(pool)).LastSequence + 1;
            if (next > 40) return;
            try
            {
                // the other pools' appends of this moment share commits with this one, in whatever order
                await store.AppendAsync(Samples.AppendTo(pool, next, Samples.Task(next, pool: pool)));
                _ = await store.StatesAsync(pools[random.Next(pools.Length)], [1, 2]);
            }
            catch (JournalFencedException e)
            {
                Assert.True(e.LastSequence >= next);
            }
        }
    }

    private static async Task<long[]> Numbers(PostgresStore store, string pool) =>
        [.. (await store.ListAsync(pool, new Granary.Abstractions.TaskQuery { Limit = 1000 })).Tasks.Select(t => t.Id.Number)];

    private async Task<PoolRecovery> Recover()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await _postgres.Store.OpenAsync(Samples.Pool);
            }
            catch (StorageException e) when (e.Fault == StorageFault.Unreachable && attempt < 3)
            {
                // each broken connection is found once
            }
        }
    }

    private async Task Sql(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Connection());
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlConnectionStringBuilder Connection() => new(_postgres.Options.ConnectionString) { SearchPath = _postgres.Options.Schema, ApplicationName = "test" };
}
