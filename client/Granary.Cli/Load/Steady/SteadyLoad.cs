using System.Diagnostics;
using Granary.Cli.Hosting;
using Granary.Client;

namespace Granary.Cli.Load.Steady;

/// <summary>A server of its own, held at half of what it can take: its memory, handles and answers must stay as they are.</summary>
internal sealed class SteadyLoad(LoadOptions options, TimeSpan duration, Action<string> note)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(4);
    private const double Growth = 1.5;

    /// <summary>A server keeps up when it answers this part of what is asked ...</summary>
    private const double Kept = 0.95;

    /// <summary>... and 99 of 100 calls within this, µs.</summary>
    private const long SlowestMicros = 250_000;

    /// <summary>... and no more tasks wait in the end than come in this time, s.</summary>
    private const double MostBehind = 0.25;

    /// <summary>Finished tasks must go, or the store grows with them: after 15 s, looked for every 5 s.</summary>
    private const string Settings = """{ "Storage": { "KeepFinished": "00:00:15", "SweepEvery": "00:00:05" }, "Grains": { "SnapshotAfterBytes": 8388608 } }""";

    public async Task<SteadyReport> RunAsync(CancellationToken cancel)
    {
        var data = Directory.CreateTempSubdirectory("granary-steady-").FullName;
        var server = new LocalServer(data);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(data, "granary.json"), Settings, cancel);
            var record = await LocalServerProcess.Start(new UpOptions { DataDirectory = data, GatewayPort = 0, HttpPort = 0 }, cancel);
            var clients = new List<GranaryClient>();
            try
            {
                for (var i = 0; i < options.Clients; i++)
                    clients.Add(await GranaryClient.ConnectAsync(new GranaryClientOptions { DataDirectory = data, Server = record.Gateway, Token = server.ReadToken() }, cancel));
                var most = await MaximumAsync(clients, cancel);
                note($"keeps up with {most:F0} calls/s; {most / 2:F0}/s for {duration}");
                return await HoldAsync(clients, record, most, cancel);
            }
            finally
            {
                foreach (var client in clients) await client.DisposeAsync();
                await LocalServerProcess.Stop(server, CancellationToken.None);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Half as much again in each step until the server or its node falls behind; the step before is what they keep up with.</summary>
    private async Task<double> MaximumAsync(List<GranaryClient> clients, CancellationToken cancel)
    {
        var most = 0.0;
        await StepAsync(clients, options.Rate, cancel, Step); // code is compiled
        for (var rate = options.Rate; await KeepsUpAsync(clients, rate, Step, cancel); rate *= Growth) most = rate;
        // what a short step shows a longer one may not
        while (most > options.Rate && !await KeepsUpAsync(clients, most, Step * 5, cancel)) most /= Growth;
        return Math.Max(most, options.Rate);
    }

    private async Task<bool> KeepsUpAsync(List<GranaryClient> clients, double rate, TimeSpan span, CancellationToken cancel)
    {
        var report = await StepAsync(clients, rate, cancel, span);
        var queued = (await clients[0].PoolAsync(options.Pool, cancel)).Queued;
        note($"{rate:F0} calls/s asked, {report.Achieved:F0} achieved, p99 {report.Response.P99 / 1000.0:F1} ms, {queued} tasks behind");
        await EmptyAsync(clients[0], cancel);
        return report.Achieved >= rate * Kept && report.Response.P99 <= SlowestMicros && report.Failed == 0 && queued <= report.TasksPerSecond * MostBehind;
    }

    /// <summary>Waits until what has piled up is done, so that one step does not pay for another.</summary>
    private async Task EmptyAsync(GranaryClient client, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while ((await client.PoolAsync(options.Pool, cancel)) is { Queued: > 0 } or { Running: > 0 } or { Placed: > 0 }) await timer.WaitForNextTickAsync(cancel);
    }

    private async Task<LoadReport> StepAsync(List<GranaryClient> clients, double rate, CancellationToken cancel, TimeSpan span)
    {
        var step = options with { Rate = rate, Duration = span };
        var record = new LoadRecord();
        var elapsed = await new OpenLoop(TimeProvider.System, step.UnderWay).RunAsync(step.Schedule(), span, new LoadClients(clients, step).Next, record, cancel);
        return record.Report(rate, elapsed, step.Batch);
    }

    private async Task<SteadyReport> HoldAsync(List<GranaryClient> clients, ServerRecord server, double most, CancellationToken cancel)
    {
        var held = options with { Rate = most / 2 };
        using var http = new HttpClient { BaseAddress = new Uri(server.Http + "/") };
        var record = new LoadRecord();
        var clock = Stopwatch.StartNew();
        var running = new OpenLoop(TimeProvider.System, held.UnderWay).RunAsync(held.Schedule(), duration, new LoadClients(clients, held).Next, record, cancel);
        var samples = new List<ServerSample>();
        using var timer = new PeriodicTimer(duration / 120 > TimeSpan.FromSeconds(1) ? duration / 120 : TimeSpan.FromSeconds(1));
        while (!running.IsCompleted)
        {
            await timer.WaitForNextTickAsync(cancel);
            samples.Add(await ServerSample.TakeAsync(server.Pid, http, clock.Elapsed.TotalSeconds, record.TakeInterval(), (await clients[0].PoolAsync(options.Pool, cancel)).Queued, cancel));
        }
        var report = record.Report(held.Rate, await running, held.Batch);
        return new SteadyReport(
            most, report, samples, [.. ServerSample.Measures.Select(m => FlatnessCheck.Check([.. samples.Select(s => (s.Seconds, m.Of(s)))], m.Bound))]);
    }
}
