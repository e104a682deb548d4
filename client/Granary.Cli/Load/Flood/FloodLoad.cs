using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Cli.Hosting;
using Granary.Client;

namespace Granary.Cli.Load.Flood;

/// <summary>
/// A quiet client with one submission every 10 ms, alone and beside somebody's flood, on servers of its own: what others do may at most double
/// its 99th percentile.
/// </summary>
internal sealed class FloodLoad(TimeSpan duration, int rounds, bool byRest, Action<string> note)
{
    private const double CallsPerSecond = 100;

    /// <summary>Tasks of the flood that are in before anything is measured: connections are open and code is compiled.</summary>
    private const int Begun = 100_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FloodWithin = TimeSpan.FromSeconds(120);

    public async Task<FloodReport> RunAsync(CancellationToken cancel)
    {
        var figures = new List<FloodFigures>();
        for (var round = 1; round <= rounds; round++)
        {
            var admitted = 0;
            await OnServerAsync(bound: 4_000_000, async quiet =>
            {
                figures.Add(await quiet.MeasureAsync(FloodForm.Alone, round));
                await using var flood = await quiet.FloodedAsync(Begun);
                await quiet.SendAsync(WarmUp);
                figures.Add(await quiet.MeasureAsync(FloodForm.Admitted, round));
                admitted = (int)figures[^1].TasksPerSecond;
                flood.CheckAlive();
            }, cancel);
            var most = Begun + (int)(admitted * (WarmUp + duration / 2).TotalSeconds);
            await OnServerAsync(most, async quiet =>
            {
                await using var flood = await quiet.FloodedAsync(Begun);
                await quiet.SendAsync(WarmUp);
                figures.Add(await quiet.MeasureAsync(FloodForm.AtBound, round));
                await quiet.UntilAsync(most - FloodClient.TasksPerBatch + 1, flood);
                figures.Add(await quiet.MeasureAsync(FloodForm.Refused, round));
                flood.CheckAlive();
            }, cancel);
        }
        return new FloodReport(figures);
    }

    private async Task OnServerAsync(int bound, Func<Quiet, Task> measure, CancellationToken cancel)
    {
        var data = Directory.CreateTempSubdirectory("granary-flood-").FullName;
        var server = new LocalServer(data);
        try
        {
            var settings = string.Create(CultureInfo.InvariantCulture, $$"""{ "Scheduler": { "MaxQueued": 100000000, "MaxQueuedPerAgent": {{bound}} } }""");
            await File.WriteAllTextAsync(Path.Combine(data, "granary.json"), settings, cancel);
            var record = await LocalServerProcess.Start(new UpOptions { DataDirectory = data, GatewayPort = 0, HttpPort = 0, NoNode = true }, cancel);
            try
            {
                await using var client = await GranaryClient.ConnectAsync(new GranaryClientOptions { DataDirectory = data, Server = record.Gateway, Token = server.ReadToken() }, cancel);
                var quiet = new Quiet(client, server, record, duration, byRest, note, cancel);
                await quiet.SendAsync(WarmUp);
                await measure(quiet);
            }
            finally
            {
                await LocalServerProcess.Stop(server, CancellationToken.None);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The quiet client.</summary>
    private sealed class Quiet(GranaryClient client, LocalServer server, ServerRecord record, TimeSpan duration, bool byRest, Action<string> note, CancellationToken cancel)
    {
        private static readonly LoadOptions Options = new() { Rate = CallsPerSecond, Agent = "quiet" };

        public async Task<LoadReport> SendAsync(TimeSpan span)
        {
            var options = Options with { Duration = span };
            var figures = new LoadRecord();
            var elapsed = await new OpenLoop(TimeProvider.System, options.UnderWay).RunAsync(options.Schedule(), span, new LoadClients([client], options).Next, figures, cancel);
            return figures.Report(options.Rate, elapsed, options.Batch);
        }

        public async Task<FloodFigures> MeasureAsync(FloodForm form, int round)
        {
            var before = await FloodQueuedAsync();
            var report = await SendAsync(duration);
            var figures = new FloodFigures(form, round, report, await FloodQueuedAsync() - before);
            note(figures.Line());
            return figures;
        }

        /// <summary>Starts a flood and returns when so many of its tasks wait.</summary>
        public async Task<FloodClient> FloodedAsync(int tasks)
        {
            var flood = FloodClient.Start(server, record, byRest);
            try
            {
                await UntilAsync(tasks, flood);
                return flood;
            }
            catch
            {
                await flood.DisposeAsync();
                throw;
            }
        }

        /// <summary>Returns when so many of the flood's tasks wait.</summary>
        public async Task UntilAsync(int tasks, FloodClient flood)
        {
            var clock = Stopwatch.StartNew();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (await FloodQueuedAsync() is var queued && queued < tasks)
            {
                flood.CheckAlive();
                if (clock.Elapsed > FloodWithin) throw new TimeoutException($"{queued} tasks of the flood were admitted within {FloodWithin.TotalSeconds:0} s, fewer than {tasks}");
                await timer.WaitForNextTickAsync(cancel);
            }
        }

        private async Task<int> FloodQueuedAsync() =>
            await client.Cluster.GetGrain<IPoolGrain>(Options.Pool).ShareOf(FloodClient.Agent).WaitAsync(cancel) is { } share ? share.Queued : 0;
    }
}
