using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Client;
using Granary.Model;

namespace Granary.Benchmarks.Load;

/// <summary>
/// The whole, from the SDK through the gateway to the disk and to processes: <c>-- load</c>. Client and server share the machine, as they do
/// on one server; figures are per second of wall time.
/// </summary>
internal static class LoadProgram
{
    private static readonly TaskSpec Noop = new() { Agent = "load", Handler = "noop", Resources = new ResourceSet { CpuMilli = 1 } };
    private static readonly TaskSpec True = new() { Agent = "load", Command = ["/bin/true"], Resources = new ResourceSet { CpuMilli = 10 } };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var only = arguments.FirstOrDefault();
        var steps = new (string Name, Func<Task> Run)[]
        {
            ("calls", CallsAsync), ("submit-single", SubmitSingleAsync), ("submit-gathered", SubmitGatheredAsync), ("submit-batch", SubmitBatchesAsync), ("noop-lives", NoopLivesAsync),
            ("true-lives", TrueLivesAsync), ("latency", LatencyAsync), ("restart", RestartAsync),
        };
        if (only is not null && steps.All(s => s.Name != only))
        {
            await Console.Error.WriteLineAsync($"no load '{only}'; there are {string.Join(", ", steps.Select(s => s.Name))}");
            return 2;
        }
        Console.WriteLine($"| {"what",-58} | {"measured",22} | {"target",14} |");
        Console.WriteLine($"| {new string('-', 58)} | {new string('-', 22)} | {new string('-', 14)} |");
        foreach (var (name, run) in steps)
            if (only is null || only == name) await run();
        return 0;
    }

    private static async Task CallsAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        var pool = client.Cluster.GetGrain<IPoolGrain>(TaskId.DefaultPool);
        await Parallel.ForAsync(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (_, _) => await pool.ShareOf("nobody"));
        const int Calls = 200_000;
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, Calls, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (_, _) => await pool.ShareOf("nobody"));
        Row("grain calls through the gateway, 100 callers", PerSecond(Calls, clock), "-");
    }

    private static async Task SubmitSingleAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        await SubmitFrom(client, 100, 5_000);
        const int Tasks = 50_000;
        var clock = Stopwatch.StartNew();
        await SubmitFrom(client, 100, Tasks);
        Row("durable submissions, one a call, 100 callers", PerSecond(Tasks, clock), "10,000/s");
    }

    /// <summary>The same callers with and without <see cref="GranaryClientOptions.GatherSubmissions"/>, on one server, in turns.</summary>
    private static async Task SubmitGatheredAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        await using var gathering = new GranaryClient(client.Cluster, new GranaryClientOptions { GatherSubmissions = true });
        foreach (var (callers, tasks) in new[] { (1, 1_000), (100, 20_000) })
        {
            var seconds = new List<double>[] { [], [] };
            for (var round = 0; round < 6; round++)
            {
                for (var i = 0; i < 2; i++)
                {
                    var clock = Stopwatch.StartNew();
                    await SubmitFrom(i == 0 ? client : gathering, callers, tasks);
                    if (round > 0) seconds[i].Add(clock.Elapsed.TotalSeconds);
                }
            }
            var (alone, gathered) = (seconds[0].Order().ElementAt(2), seconds[1].Order().ElementAt(2));
            Row($"durable submissions, one a call, {callers} caller(s)", FormattableString.Invariant($"{tasks / alone:N0}/s"), "-");
            Row("... gathered", FormattableString.Invariant($"{tasks / gathered:N0}/s, {alone / gathered:F2} x"), "-");
        }
    }

    private static Task SubmitFrom(GranaryClient client, int callers, int tasks) => Parallel.ForAsync(
        0, tasks, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (_, ct) => await client.SubmitAsync(Noop, ct: ct));

    private static async Task SubmitBatchesAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        await using var client = await server.ConnectAsync();
        await SubmitBatches(client, 200);
        const int Batches = 3_000;
        var clock = Stopwatch.StartNew();
        await SubmitBatches(client, Batches);
        Row("durable submissions, batches of 100 different tasks, 16 callers", PerSecond(Batches * 100, clock), "50,000/s");
    }

    /// <summary>A hundred items of one task each: no array, so that nothing is shared but what equal text shares.</summary>
    private static Task SubmitBatches(GranaryClient client, int batches) => Parallel.ForAsync(
        0, batches, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (b, ct) =>
        {
            var items = new SubmitItem[100];
            for (var i = 0; i < items.Length; i++)
                items[i] = new SubmitItem(Noop with { Name = string.Create(CultureInfo.InvariantCulture, $"t-{b}-{i}") });
            await client.SubmitManyAsync(items, ct: ct);
        });

    private static async Task NoopLivesAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync();
        await using var client = await server.ConnectAsync();
        await LivesAsync(client, Noop, 5_000);
        const int Tasks = 60_000;
        Row("whole lives of no-op in-process tasks", await LivesAsync(client, Noop, Tasks), "10,000/s");
    }

    private static async Task TrueLivesAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync();
        await using var client = await server.ConnectAsync();
        await LivesAsync(client, True, 500);
        const int Tasks = 6_000;
        var lives = await LivesAsync(client, True, Tasks);
        var bare = BareProcesses.PerSecond(3_000);
        Row("whole lives of /bin/true", lives, "1,000/s");
        Row("... baseline: bare Process.Start of /bin/true, 2 at a time", $"{bare:N0}/s", "-");
    }

    private static async Task<string> LivesAsync(GranaryClient client, TaskSpec spec, int tasks)
    {
        var clock = Stopwatch.StartNew();
        var submitted = await client.SubmitManyAsync([new SubmitItem(spec, tasks)]);
        var ended = await client.WaitAsync([.. submitted.Ids], TimeSpan.FromMinutes(5));
        clock.Stop();
        var failed = ended.Count(t => t.State != TaskState.Succeeded);
        if (failed > 0) throw new InvalidOperationException($"{failed} of {tasks} did not succeed: {ended.First(t => t.State != TaskState.Succeeded)}");
        return PerSecond(tasks, clock);
    }

    private static async Task LatencyAsync()
    {
        await using var server = await ServerUnderLoad.StartAsync();
        await using var client = await server.ConnectAsync();
        await LivesAsync(client, True, 50);
        var latencies = new List<double>();
        for (var i = 0; i < 500; i++)
        {
            var id = await client.SubmitAsync(True);
            var ended = await client.WaitAsync(id, TimeSpan.FromSeconds(30));
            latencies.Add((ended.Started!.Value - ended.Submitted).TotalMilliseconds);
        }
        latencies.Sort();
        Row("submit to process start, idle, median", $"{latencies[250]:F2} ms", "5 ms");
        Row("submit to process start, idle, 99th percentile", $"{latencies[495]:F2} ms", "-");
    }

    private static async Task RestartAsync()
    {
        const int Tasks = 1_000_000;
        await using var server = await ServerUnderLoad.StartAsync("--no-node");
        var before = server.ResidentBytes;
        await using (var client = await server.ConnectAsync())
        {
            await SubmitBatches(client, Tasks / 100);
            Row("memory per queued task, resident, 1,000,000 different tasks", $"{(server.ResidentBytes - before) / Tasks:N0} bytes", "1,024 bytes");
        }
        var took = await server.CrashAndRestartAsync("--no-node");
        Row("restart after kill -9 with 1,000,000 queued tasks", $"{took.TotalSeconds:F2} s", "10 s");
        Row("memory per queued task after the restart", $"{(server.ResidentBytes - before) / Tasks:N0} bytes", "1,024 bytes");
        await using var again = await server.ConnectAsync();
        var pool = await again.PoolAsync(TaskId.DefaultPool);
        if (pool.Queued != Tasks) throw new InvalidOperationException($"{pool.Queued} tasks are queued after the restart, not {Tasks}");
    }

    private static string PerSecond(int count, Stopwatch clock) => string.Create(CultureInfo.InvariantCulture, $"{count / clock.Elapsed.TotalSeconds:N0}/s");

    private static void Row(string what, string measured, string target) => Console.WriteLine($"| {what,-58} | {measured,22} | {target,14} |");
}
