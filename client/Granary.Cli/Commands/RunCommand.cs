using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;
using Granary.Cli.Output;
using Granary.Cli.Run;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>
/// <c>run FLEET.yaml</c>: a server if none answers, the fleet, its progress, a report. Exit 0 when everything that should succeed did.
/// A server that this started is stopped at the end, also by Ctrl-C, which cancels what has not ended; <c>--keep</c> leaves both.
/// </summary>
internal static class RunCommand
{
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(30);

    public static Command Create(CommandScope scope)
    {
        var file = new Argument<string>("fleet") { Description = "fleet file, YAML or JSON", HelpName = "FLEET.yaml" };
        var keep = new Option<bool>("--keep") { Description = "leave the server running at the end; Ctrl-C leaves the tasks running too" };
        var place = new ServerPlace();
        return scope.Does(
            new Command("run", "the main job: a server if none answers, a fleet, its progress and a report") { file, keep, place.Data, place.GatewayPort, place.HttpPort },
            async (call, cancel) =>
            {
                var path = call.Get(file)!;
                var loaded = ValidateCommand.Load(path);
                if (loaded.Fleet is null) return ValidateCommand.Refuse(call, loaded);
                if (loaded.Fleet.Tasks.Count == 0) throw GranaryException.Invalid($"{path} has no tasks; add some under 'tasks:', or declare the rest with 'granary apply'");

                var server = new LocalServer(call.Get(place.Data));
                var started = await EnsureServer(call, server, place.Read(call), cancel);
                await using var client = call.Server is null && call.Get(place.Data) is not null
                    ? await GranaryClient.ConnectAsync(new GranaryClientOptions { DataDirectory = server.DataDirectory }, cancel)
                    : null;
                try
                {
                    return await Follow(call, client ?? await call.Connect(cancel), loaded.Fleet, path, IsLocal(call) ? server : null, call.Get(keep), cancel);
                }
                finally
                {
                    if (started is not null) await Stop(call, server, call.Get(keep));
                }
            });
    }

    private static async Task<int> Follow(
        Call call, GranaryClient client, FleetSpec fleet, string path, LocalServer? server, bool keep, CancellationToken cancel)
    {
        // Progress must not get between a program and its JSON.
        var output = call.ForPeople ? call.Out : call.Surroundings.Error;
        var view = new ProgressView(call.Surroundings, output, call.Surroundings.OutIsTerminal && call.ForPeople, call.Color);
        output.WriteLine($"{path}: {ValidateCommand.Describe(fleet)}");
        var run = new FleetRun(client, fleet, Path.GetFileName(path), view, call.Surroundings.Time);
        try
        {
            await run.Follow(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (run.Applied) await Interrupted(call, client, run, keep);
            return ExitCodes.Interrupted;
        }
        var report = await run.Report(cancel);
        Write(call, report, server);
        return report.Succeeded ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Write(Call call, RunReport report, LocalServer? server)
    {
        var where = new List<string>();
        if (server is not null)
        {
            where.Add($"logs: {Path.Combine(server.DataDirectory, "tasks")}/POOL/NUMBER/{{stdout,stderr}}");
            var (folder, why) = ReportFiles.Write(server.DataDirectory, report, call.Now);
            where.Add(folder is null ? $"the report could not be kept: {why}" : $"this report: {folder}/report.{{txt,json}}");
        }
        else
        {
            where.Add("logs: 'granary logs ID'");
        }
        if (!call.ForPeople)
        {
            if (call.Format == OutputFormat.Name) foreach (var failure in report.Failures) call.Out.WriteLine(failure.Id);
            else call.Document(ReportJson.Of(report));
            return;
        }
        call.Out.WriteLine();
        foreach (var line in ReportText.Lines(report, call.Surroundings.OutIsTerminal ? call.Surroundings.Width() : 0, where)) call.Out.WriteLine(line);
    }

    private static bool IsLocal(Call call) =>
        call.Server is null && string.IsNullOrEmpty(call.Surroundings.Environment(GranaryClientOptions.ServerVariable));

    /// <summary>The server that was started for this run; null when one was there.</summary>
    private static async Task<ServerRecord?> EnsureServer(Call call, LocalServer server, UpOptions options, CancellationToken cancel)
    {
        if (!IsLocal(call)) return null;
        if (server.ReadAlive() is { } running)
        {
            call.Note($"granary: using the server that runs here, process {running.Pid}, {running.Http}");
            return null;
        }
        call.Note($"granary: starting a server (data in {server.DataDirectory})");
        var record = await LocalServerProcess.Start(options, cancel);
        call.Note($"granary: server {record.Gateway} runs as process {record.Pid}, {record.Http}");
        return record;
    }

    private static async Task Interrupted(Call call, GranaryClient client, FleetRun run, bool keep)
    {
        var open = run.Open;
        if (keep)
        {
            call.Note($"granary: interrupted; {open.Count} tasks go on, 'granary tasks' shows them");
            return;
        }
        using var limit = new CancellationTokenSource(CleanUpLimit, call.Surroundings.Time);
        var cancelled = await client.CancelAsync(open, "the run was interrupted", limit.Token);
        call.Note($"granary: interrupted; {cancelled.Accepted.Count} tasks cancelled");
    }

    private static async Task Stop(Call call, LocalServer server, bool keep)
    {
        if (keep)
        {
            call.Note("granary: the server goes on; 'granary down' stops it");
            return;
        }
        using var limit = new CancellationTokenSource(CleanUpLimit, call.Surroundings.Time);
        if (await LocalServerProcess.Stop(server, limit.Token) is not null) call.Note("granary: the server has stopped; --keep leaves it running");
    }
}
