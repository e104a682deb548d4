using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>predict NODE</c>: how the forecasts of a node turned out, or what is expected of one metric.</summary>
internal static class PredictCommand
{
    public static Command Create(CommandScope scope)
    {
        var node = new Argument<string>("node") { Description = "name, or a unique beginning of one", HelpName = "NODE" };
        var metric = new Option<string?>("--metric", "-m") { Description = "what is expected of this one: cpu, memory, network or storage (default: how the forecasts of all turned out)", HelpName = "METRIC" };
        var ahead = new Option<TimeSpan?>("--ahead") { Description = "with --metric: how far, up to 24h (default: 5m)", HelpName = "DURATION", CustomParser = Parse.Duration("--ahead") };
        var command = new Command("predict", "what a node will do: CPU, memory, network and storage up to a day ahead") { node, metric, ahead };
        return scope.Does(command,
            (call, cancel) => call.Show(
                async () =>
                {
                    if (call.Get(ahead) is not null && call.Get(metric) is null) throw Granary.Model.GranaryException.Invalid("--ahead is for one metric; name it with --metric");
                    var client = await call.Connect(cancel);
                    var name = await Lookup.Node(client, call.Get(node)!, cancel);
                    if (call.Get(metric) is not { } one) call.Write(await client.ForecastRecordsAsync(name, cancel), PredictionListing.Records);
                    else Write(call, name, await client.ForecastAsync(name, new(one, call.Get(ahead) ?? TimeSpan.FromMinutes(5)), cancel));
                    return ExitCodes.Done;
                },
                cancel));
    }

    private static void Write(Call call, string node, PredictedSeries series)
    {
        var json = PredictedSeriesJson.From(node, series);
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(JsonSerializer.SerializeToNode(json, GranaryJson.Default.PredictedSeriesJson));
            return;
        }
        if (call.ForPeople) call.Note("granary: " + (series.Note ?? PredictionListing.Weights(series.Models)));
        call.Write(json.Points.Select(p => new PredictionListing.Point(json.Unit, p)).ToList(), PredictionListing.Points);
    }
}
