using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>telemetry NODE</c>: the last values of all metrics, or one metric over time.</summary>
internal static class TelemetryCommand
{
    public static Command Create(CommandScope scope)
    {
        var node = new Argument<string>("node") { Description = "name, or a unique beginning of one", HelpName = "NODE" };
        var series = new SeriesOptions("cpu, memory.used, disk.read/sda, task.cpu/POOL/N", "all, now");
        var command = new Command("telemetry", "what a node did over time: CPU, memory, pressure, disks, network, tasks") { node };
        series.AddTo(command);
        return scope.Does(command,
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    var name = await Lookup.Node(client, call.Get(node)!, cancel);
                    if (series.Query(call) is { } query) SeriesOptions.Write(call, name, await client.TelemetryAsync(name, query, cancel));
                    else call.Write(await client.MetricsAsync(name, cancel), TelemetryListing.Latest(call.Now));
                    return ExitCodes.Done;
                },
                cancel));
    }
}
