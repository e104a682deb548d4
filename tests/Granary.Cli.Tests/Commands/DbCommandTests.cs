using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Storage;
using Granary.Testing.Postgres;

namespace Granary.Cli.Tests;

/// <summary><c>granary db</c> on a data directory, as a script would use it.</summary>
public sealed class DbCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("granary-db-").FullName;
    private readonly Cli _cli = new();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_database_is_made_checked_backed_up_and_restored()
    {
        var (data, copy) = (Data("one"), Data("two"));
        Assert.Contains("was made, schema version 1", (await Db(0, "init", "--data", data)).Out);
        Assert.Contains("is there, schema version 1", (await Db(0, "init", "--data", data)).Out);
        Assert.Contains("has schema version 1 already", (await Db(0, "upgrade", "--data", data)).Out);
        await Write(data);
        var backup = Path.Combine(_root, "backup.db");
        Assert.Contains($"was backed up to {backup}", (await Db(0, "backup", backup, "--data", data)).Out);
        Assert.Contains("1 pools, 2 journal records, 0 finished tasks, 1 states", (await Db(0, "import", backup, "--data", copy)).Out);
        var check = JsonNode.Parse((await Db(0, "verify", "--data", copy, "-o", "json")).Out)!;
        Assert.Equal(("1", "2", "1", "[]"), (check["schema"]!.ToString(), check["journal_records"]!.ToString(), check["state_records"]!.ToString(), check["problems"]!.ToJsonString()));
        Assert.EndsWith("granary.db", check["database"]!.ToString());
    }

    [Fact]
    public async Task What_is_damaged_fails_the_check()
    {
        var data = Data("one");
        await Db(0, "init", "--data", data);
        await Write(data);
        var file = Path.Combine(data, SqliteStore.FileName);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.AsSpan().IndexOf("payload-two"u8)] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var result = await Db(1, "verify", "--data", data);
        Assert.Contains("1 problems:", result.Out);
        Assert.Contains("record 2 of pool 'default' does not match its checksum", result.Out);
    }

    [Fact]
    public async Task Exit_codes_tell_what_is_wrong()
    {
        var (data, none) = (Data("one"), Data("none"));
        await Db(0, "init", "--data", data);
        await Write(data);
        var export = Path.Combine(_root, "all.granary");
        await Db(0, "export", export, "--data", data);
        var text = Path.Combine(_root, "text");
        await File.WriteAllTextAsync(text, "no export");

        Assert.Contains("'granary db init'", (await Db(5, "verify", "--data", none)).Error);
        Assert.Contains("cannot be read", (await Db(5, "import", Path.Combine(_root, "missing"), "--data", none)).Error);
        Assert.Contains("neither an export nor a backup", (await Db(2, "import", text, "--data", none)).Error);
        Assert.Contains("exists: name a file", (await Db(4, "export", export, "--data", data)).Error);
        Assert.Contains("has pools already", (await Db(4, "import", export, "--data", data)).Error);
        await Db(2, "verify", "--data", data, "surplus");
        using (var file = DataDirectoryLock.Acquire(data)) Assert.Contains("is in use by", (await Db(4, "upgrade", "--data", data)).Error);
        Settings(none, "Host=127.0.0.1;Port=1;Username=u;Password=hidden-word");
        var away = await Db(3, "verify", "--data", none);
        Assert.Contains("cannot be reached", away.Error);
        Assert.DoesNotContain("hidden-word", away.Error);
        Settings(none, "Host=127.0.0.1;Pasword=hidden-word");
        Assert.DoesNotContain("hidden-word", (await Db(2, "verify", "--data", none)).Error);
    }

    [Fact]
    public async Task What_the_settings_hold_in_secret_is_not_shown()
    {
        var data = Data("one");
        Settings(data, "Host=db;Username=u;Password=hidden-word");
        var config = await _cli.Run("config", "--data", data);
        Assert.DoesNotContain("hidden-word", config.Out);
        Assert.Contains(config.Out.Split('\n'), line => line.StartsWith("Storage:ConnectionString", StringComparison.Ordinal) && line.Contains("(set)"));
        Assert.Contains(config.Out.Split('\n'), line => line.StartsWith("Storage:Provider", StringComparison.Ordinal) && line.Contains("Postgres"));
    }

    [Fact]
    public async Task A_pool_moves_from_sqlite_to_postgres_and_back()
    {
        Assert.SkipWhen(PostgresPrograms.Missing is not null, PostgresPrograms.Missing ?? "");
        var (first, shared, back) = (Data("first"), Data("shared"), Data("back"));
        Settings(shared, await PostgresServer.Shared.CreateDatabaseAsync());
        await Db(0, "init", "--data", first);
        await Write(first);
        await Db(0, "export", Path.Combine(_root, "1"), "--data", first);

        Assert.Contains("'granary db init'", (await Db(5, "import", Path.Combine(_root, "1"), "--data", shared)).Error);
        Assert.Contains("was made, schema version 1", (await Db(0, "init", "--data", shared)).Out);
        Assert.Contains("is there", (await Db(0, "init", "--data", shared)).Out);
        Assert.Contains("1 pools, 2 journal records", (await Db(0, "import", Path.Combine(_root, "1"), "--data", shared)).Out);
        Assert.Contains("all is well", (await Db(0, "verify", "--data", shared)).Out);
        await Db(0, "backup", Path.Combine(_root, "2"), "--data", shared);
        await Db(0, "import", Path.Combine(_root, "2"), "--data", back);

        using var store = Open(back);
        Assert.Equal(2, (await store.OpenAsync("default")).LastSequence);
        Assert.Equal("state", System.Text.Encoding.UTF8.GetString((await ((IGrainStateStore)store).ReadAsync(Key))!.Data.Span));
    }

    private static GrainStateKey Key { get; } = new("agent", "a", "spec");

    private static async Task Write(string data)
    {
        using var store = Open(data);
        await store.AppendAsync(new PoolAppend("default", 1, "payload-one"u8.ToArray(), []));
        await store.AppendAsync(new PoolAppend("default", 2, "payload-two"u8.ToArray(), []));
        await ((IGrainStateStore)store).WriteAsync(Key, null, "state"u8.ToArray());
    }

    private static SqliteStore Open(string data) => SqliteStore.Open(new SqliteStoreOptions { DataDirectory = data });

    private static void Settings(string data, string connection) => File.WriteAllText(
        Path.Combine(data, "granary.json"),
        JsonSerializer.Serialize(new { Storage = new { Provider = "Postgres", ConnectionString = connection } }));

    private string Data(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    private async Task<CliResult> Db(int code, params string[] words)
    {
        var result = await _cli.Run(["db", .. words]);
        Assert.True(code == result.Code, $"{string.Join(' ', words)}: {result.Code} {result.Out}{result.Error}");
        return result;
    }
}
