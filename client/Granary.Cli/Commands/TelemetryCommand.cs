using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>telemetry NODE</c>: the last values of all metrics, or one metric over time.</summary>
internal static class TelemetryCommand
{
    public static Command Create(CommandScope scope)
    {
        var node = new Argument<string>("node") { Description = "name, or a unique beginning of one", HelpName = "NODE" };
        var metric = new Option<string?>("--metric", "-m") { Description = "this one over time, like cpu, memory.used, disk.read/sda, task.cpu/POOL/N (default: all, now)", HelpName = "METRIC" };
        var from = new Option<Ago>("--from") { Description = "first moment: -1h for an hour ago, or a time (default: -1h)", HelpName = "WHEN", CustomParser = Reader("--from") };
        var to = new Option<Ago>("--to") { Description = "last moment: now, -10m, or a time (default: now)", HelpName = "WHEN", CustomParser = Reader("--to") };
        var step = new Option<TimeSpan?>("--step") { Description = "length of a point, like 10s (default: one that gives a few hundred)", HelpName = "DURATION", CustomParser = Parse.Duration("--step") };
        return scope.Does(
            new Command("telemetry", "what a node did over time: CPU, memory, pressure, disks, network, tasks") { node, metric, from, to, step },
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    var name = await Lookup.Node(client, call.Get(node)!, cancel);
                    if (call.Get(metric) is not { Length: > 0 } one)
                    {
                        if (call.Has(from) || call.Has(to) || call.Has(step))
                            throw GranaryException.Invalid("--from, --to and --step are for one metric; name it with --metric, like --metric cpu");
                        call.Write(await client.MetricsAsync(name, cancel), TelemetryListing.Latest(call.Now));
                        return ExitCodes.Done;
                    }
                    var query = new TelemetryQuery(one, call.Get(from)?.Before(call.Now), call.Get(to)?.Before(call.Now), call.Get(step));
                    var series = await client.TelemetryAsync(name, query, cancel);
                    if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
                        call.Document(JsonSerializer.SerializeToNode(TelemetrySeriesJson.From(name, series), GranaryJson.Default.TelemetrySeriesJson));
                    else call.Write(TelemetryListing.Points(name, series), TelemetryListing.OfPoints);
                    return ExitCodes.Done;
                },
                cancel));
    }

    private static Func<ArgumentResult, Ago> Reader(string option) => result =>
    {
        var text = result.Tokens[0].Value;
        if (text == "now") return new(TimeSpan.Zero, null);
        if (Durations.TryParse(text.TrimStart('-'), out var ago, out _)) return new(ago, null);
        if (Moments.TryParse(text, out _, out var at) && at is not null) return new(TimeSpan.Zero, at);
        result.AddError($"{option} is '{text}'; write -1h for an hour ago, now, or a time like 2030-01-31T08:00:00Z");
        return new(TimeSpan.Zero, null);
    };

    /// <summary>So long ago, or a point in time.</summary>
    private sealed record Ago(TimeSpan Span, DateTimeOffset? At)
    {
        public DateTimeOffset Before(DateTimeOffset now) => At ?? now - Span;
    }
}
