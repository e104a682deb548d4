using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>anomalies --node NODE</c>: what was unusual about a node, as its server found it.</summary>
internal static class NodeAnomaliesCommand
{
    private static readonly Listing<NodeAnomaly> All = new(
        [
            new("TIME", a => a.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new("METRIC", a => a.Metric),
            new("VALUE", a => TelemetryListing.Number(a.Unit, a.Value)),
            new("USUAL", a => TelemetryListing.Number(a.Unit, a.Expected)),
            new("SCORE", a => a.Score.ToString("0.######", CultureInfo.InvariantCulture), Tone: _ => Tone.Warn),
            new("VIEW", a => a.View),
            new("WHY", a => a.Why),
        ],
        _ => null,
        a => $"{a.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}/{a.Metric}",
        "nothing unusual");

    public static Task<int> Run(Call call, string node, string metric, TimeSpan? since, CancellationToken cancel) => call.Show(
        async () =>
        {
            var client = await call.Connect(cancel);
            var name = await Lookup.Node(client, node, cancel);
            var told = await client.AnomaliesAsync(name, new(metric, since is { } ago ? call.Now - ago : null), cancel);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
            {
                call.Document(JsonSerializer.SerializeToNode(NodeAnomaliesJson.From(told), GranaryJson.Default.NodeAnomaliesJson));
                return ExitCodes.Done;
            }
            if (call.ForPeople) call.Note("granary: " + (told.Note ?? Steps(told)));
            call.Write(told.Found, All);
            return ExitCodes.Done;
        },
        cancel);

    /// <summary>One line for each, as a server finds it: for programs a JSON document a line.</summary>
    public static async Task<int> Follow(Call call, string? node, string metric, CancellationToken cancel)
    {
        var client = await call.Connect(cancel);
        var name = node is null ? null : await Lookup.Node(client, node, cancel);
        if (name is not null) await client.AnomaliesAsync(name, new(metric), cancel); // a metric that is not watched is an error now, and not silence for ever
        await foreach (var found in client.WatchAnomaliesAsync(cancel))
        {
            if ((name is not null && found.Node != name) || (metric.Length > 0 && found.Anomaly.Metric != metric)) continue;
            call.Out.WriteLine(call.ForPeople
                ? $"{found.Anomaly.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {found.Node}  {found.Anomaly.Metric}  {found.Anomaly.Why}"
                : JsonSerializer.Serialize(AnomalyEventJson.From(found), GranaryJson.Default.AnomalyEventJson));
            await call.Out.FlushAsync(cancel);
        }
        return ExitCodes.Done;
    }

    private static string Steps(NodeAnomalies told) =>
        "judged: " + string.Join(", ", told.Watched.Where(w => w.Steps > 0).Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Metric} {w.Steps}")));
}
