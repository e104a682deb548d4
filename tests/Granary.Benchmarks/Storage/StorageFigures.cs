using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Model;
using Granary.Storage;

namespace Granary.Benchmarks.Storage;

/// <summary>
/// <c>storage [--rows N] [--seconds N] [--data DIR] [--postgres]</c>: what the store does in a second beside what the disk and bare SQLite do,
/// in one run on one disk; with <c>--postgres</c> what the PostgreSQL store does beside bare PostgreSQL and SQLite.
/// </summary>
public static class StorageFigures
{
    private const int Callers = 100;
    private const int PageRows = 1000;

    public static async Task<int> Run(string[] args)
    {
        var rows = Option(args, "--rows", 1_000_000);
        var seconds = TimeSpan.FromSeconds(Option(args, "--seconds", 2));
        var at = Array.IndexOf(args, "--data");
        var root = Directory.CreateDirectory(Path.Combine(at >= 0 ? args[at + 1] : Path.GetTempPath(),
            $"granary-storage-figures-{Environment.ProcessId}"));
        try
        {
            Console.WriteLine($"SQLite {SqliteLibrary.Version} ({SqliteLibrary.Source}), {Environment.ProcessorCount} cores, {root.FullName}");
            if (args.Contains("--postgres"))
            {
                await PostgresFigures.Run(root.FullName, seconds);
                return 0;
            }
            await Appends(root.FullName, seconds);
            await Finished(root.FullName, rows);
            await Snapshots(root.FullName);
            return 0;
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static void Print(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-66}{value,12:N1} {unit}"));

    private static Task Appends(string root, TimeSpan time) => BestOf(3,
    [
        ("baseline: 512 B appended with fdatasync", () => Baseline(Baselines.SyncedAppends(root, time))),
        ("baseline: SQLite WAL FULL, commits of one 512 B row", () => Baseline(Baselines.Commits(root, time, 1))),
        ("baseline: SQLite WAL FULL, 512 B rows in commits of 100", () => Baseline(Baselines.Commits(root, time, 100) * 100)),
        ("append 512 B, 1 caller", () => AppendLoop(root, time, 1, 512, 0)),
        ("append 512 B, 100 callers of 100 pools", () => AppendLoop(root, time, Callers, 512, 0)),
        ("append 512 B with a finished task, 1 caller", () => AppendLoop(root, time, 1, 512, 1)),
        ("append 512 B with a finished task, 100 callers", () => AppendLoop(root, time, Callers, 512, 1)),
        ("append 100 events (20 kB), 1 caller", () => AppendLoop(root, time, 1, 20_000, 0)),
        ("append 100 events (20 kB), 10 callers", () => AppendLoop(root, time, 10, 20_000, 0)),
        ("append 20 kB with 100 finished tasks, 1 caller", () => AppendLoop(root, time, 1, 20_000, 100)),
        ("append 20 kB with 100 finished tasks, 10 callers", () => AppendLoop(root, time, 10, 20_000, 100)),
    ]);

    /// <summary>Baselines and appends in turn, several times over, the best round of each: others on the machine disturb all alike.</summary>
    internal static async Task BestOf(int rounds, (string What, Func<Task<(double Rate, string Note)>> Measure)[] all)
    {
        var best = new (double Rate, string Note)[all.Length];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < all.Length; i++)
            {
                var one = await all[i].Measure();
                if (one.Rate > best[i].Rate) best[i] = one;
            }
        }
        for (var i = 0; i < all.Length; i++) Print(all[i].What, best[i].Rate, "a second" + best[i].Note);
    }

    internal static Task<(double Rate, string Note)> Baseline(double rate) => Task.FromResult((rate, ""));

    private static async Task<(double Rate, string Note)> AppendLoop(string root, TimeSpan time, int callers, int bytes, int finished)
    {
        using var store = OpenStore(root, out var directory);
        var rate = await AppendRate.Measure(store, () => store.Commits, time, callers, bytes, finished);
        store.Dispose();
        Directory.Delete(directory, recursive: true);
        return rate;
    }

    private static async Task Finished(string root, int rows)
    {
        const int batch = 1000;
        using var store = OpenStore(root, out var directory);
        var clock = Stopwatch.StartNew();
        for (var first = 1L; first <= rows; first += batch)
            await store.AppendAsync(new PoolAppend("big", first / batch + 1, new byte[100], SampleTasks.Range("big", first, batch)));
        Print($"finished tasks written, {rows:N0} in commits of {batch}", rows / clock.Elapsed.TotalSeconds, "a second");
        Print("file, bytes a task", (double)new FileInfo(store.FilePath).Length / rows, "bytes");
        await List(store, "list first page of 1,000", new TaskQuery { Limit = PageRows });
        await List(store, "list page in the middle", new TaskQuery { Limit = PageRows, Before = rows / 2 });
        await List(store, "list one agent of 131", new TaskQuery { Limit = PageRows, Agent = "agent-7" });
        await List(store, "list failed (1 in 1,000)", new TaskQuery { Limit = PageRows, States = [TaskState.Failed] });
        await List(store, "list failed and lost", new TaskQuery { Limit = PageRows, States = [TaskState.Failed, TaskState.Lost] });
        await List(store, "list a label that 1 in 100 has", new TaskQuery { Limit = PageRows, Labels = new Dictionary<string, string> { ["shard"] = "7" } });
        await List(store, "list a name nobody has", new TaskQuery { Limit = PageRows, Name = "nobody" });
        await List(store, "list submitted in the oldest second", new TaskQuery { Limit = PageRows, SubmittedTo = SampleTasks.Start.AddSeconds(1) });
        await Time("get one by number", 2000, i => store.GetAsync("big", 1 + i * 7919L % rows));
        await Time("states of 100 numbers", 200, i => store.StatesAsync("big", [.. Enumerable.Range(1, 100).Select(n => n * 5L)]));
        clock.Restart();
        var check = await store.CheckAsync();
        Print("check of the whole file", clock.Elapsed.TotalMilliseconds, $"ms ({check.Problems.Count} problems)");
        clock.Restart();
        var deleted = await store.DeleteFinishedBeforeAsync("big", DateTimeOffset.MaxValue, 10_000);
        Print("retention, 10,000 tasks", clock.Elapsed.TotalMilliseconds, $"ms ({deleted:N0} removed)");
        store.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static async Task Snapshots(string root)
    {
        const int records = 10_000;
        using var store = OpenStore(root, out var directory);
        var payload = new byte[20_000];
        var appends = new List<Task>();
        for (var sequence = 1; sequence <= records; sequence++) appends.Add(store.AppendAsync(new PoolAppend("p", sequence, payload, [])));
        await Task.WhenAll(appends);
        var clock = Stopwatch.StartNew();
        long bytes = 0;
        await foreach (var record in store.ReadAsync("p", 0)) bytes += record.Payload.Length;
        Print("journal read at start", bytes / 1e6 / clock.Elapsed.TotalSeconds, "MB a second");
        clock.Restart();
        var saving = store.SaveSnapshotAsync("p", records, new byte[200_000_000]);
        var worst = TimeSpan.Zero;
        for (var sequence = records + 1L; !saving.IsCompleted; sequence++)
        {
            var begun = Stopwatch.GetTimestamp();
            await store.AppendAsync(new PoolAppend("p", sequence, payload.AsMemory(0, 512), []));
            if (Stopwatch.GetElapsedTime(begun) is var one && one > worst) worst = one;
        }
        await saving;
        Print("snapshot of 200 MB with the journal behind it removed", clock.Elapsed.TotalMilliseconds, $"ms; longest append meanwhile {worst.TotalMilliseconds:N1} ms");
        clock.Restart();
        var recovery = await store.OpenAsync("p");
        Print("snapshot of 200 MB read", clock.Elapsed.TotalMilliseconds, $"ms ({recovery.Snapshot.Length:N0} bytes)");
        store.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static Task List(SqliteStore store, string what, TaskQuery query) =>
        Time(what, 10, async _ => (await store.ListAsync("big", query)).Tasks.Count);

    private static async Task Time<T>(string what, int times, Func<int, Task<T>> run)
    {
        var taken = new double[times];
        object? last = null;
        for (var i = 0; i < times; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            last = await run(i);
            taken[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
        var first = taken[0];
        Array.Sort(taken);
        Print(what, taken[times / 2] * 1000, string.Create(CultureInfo.InvariantCulture,
            $"us median; first {first:N2} ms{(last is int count ? $" ({count:N0} rows)" : "")}"));
    }

    private static SqliteStore OpenStore(string root, out string directory)
    {
        directory = Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName())).FullName;
        return SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory });
    }

    private static int Option(string[] args, string name, int otherwise)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
