using System.Diagnostics;
using Granary.Storage;
using Granary.Testing.Postgres;
using Npgsql;

namespace Granary.Benchmarks.Storage;

/// <summary>The PostgreSQL store, on a server of this run's own that syncs every commit, beside bare PostgreSQL and the SQLite store on the same disk.</summary>
internal static class PostgresFigures
{
    private const int Callers = 100;

    public static async Task Run(string root, TimeSpan time)
    {
        if (PostgresPrograms.Missing is { } missing)
        {
            Console.WriteLine(missing);
            return;
        }
        using var server = PostgresServer.StartDurable(root);
        await using var bare = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        var options = new PostgresStoreOptions { ConnectionString = await server.CreateDatabaseAsync() };
        await PostgresStore.InitializeAsync(options);
        using var store = await PostgresStore.OpenAsync(options);
        var directory = Directory.CreateDirectory(Path.Combine(root, "sqlite")).FullName;
        using var sqlite = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory });

        await StorageFigures.BestOf(3,
        [
            ("baseline: PostgreSQL, commits of one 512 B row", () => StorageFigures.Baseline(Inserts(bare, time).GetAwaiter().GetResult())),
            ("PostgreSQL store: append 512 B, 1 caller", () => Postgres(1, 512, 0)),
            ("SQLite store: append 512 B, 1 caller", () => Sqlite(1, 512, 0)),
            ("PostgreSQL store: append 512 B, 100 callers of 100 pools", () => Postgres(Callers, 512, 0)),
            ("SQLite store: append 512 B, 100 callers of 100 pools", () => Sqlite(Callers, 512, 0)),
            ("PostgreSQL store: append 20 kB with 100 finished tasks, 10 callers", () => Postgres(10, 20_000, 100)),
            ("SQLite store: append 20 kB with 100 finished tasks, 10 callers", () => Sqlite(10, 20_000, 100)),
        ]);

        Task<(double, string)> Postgres(int callers, int bytes, int finished) => AppendRate.Measure(store, () => store.Commits, time, callers, bytes, finished);
        Task<(double, string)> Sqlite(int callers, int bytes, int finished) => AppendRate.Measure(sqlite, () => sqlite.Commits, time, callers, bytes, finished);
    }

    private static async Task<double> Inserts(NpgsqlDataSource source, TimeSpan time)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var make = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS t(id bigserial PRIMARY KEY, payload bytea NOT NULL)", connection))
            await make.ExecuteNonQueryAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO t(payload) VALUES($1)", connection) { Parameters = { new() { Value = new byte[512] } } };
        await insert.PrepareAsync();
        var clock = Stopwatch.StartNew();
        long count = 0;
        for (; clock.Elapsed < time; count++) await insert.ExecuteNonQueryAsync();
        return count / clock.Elapsed.TotalSeconds;
    }
}
