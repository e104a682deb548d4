using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Telemetry;

/// <summary>What a node did over time.</summary>
internal static class TelemetryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/nodes/{name}/metrics", Latest).Reads(400, 404)
            .Describe("ListNodeMetrics", "Last values of all metrics of a node", "By metric; empty before its agent has sent any.")
            .Produces<IReadOnlyList<TelemetryValueJson>>()
            .WithParameters(("prefix", "Only metrics that begin with this, like disk. or task.cpu/"));
        routes.MapGet("/api/nodes/{name}/telemetry", Series).Reads(400, 404)
            .Describe("GetNodeTelemetry", "One metric of a node over time", "At most 11,000 points; the step is what was asked for, or the next longer that is kept.")
            .Produces<TelemetrySeriesJson>()
            .WithParameters(("metric", "Like cpu, memory.used, disk.read/sda, task.cpu/default/17."), ("from", "A time, or so long ago as a duration; an hour ago when not given."),
                ("to", "A time, or so long ago as a duration; now when not given."), ("step", "Duration of a point; a few hundred points when not given."));
    }

    private static async Task<IResult> Latest(string name, HttpContext context, Cluster cluster)
    {
        var prefix = new QueryReader(context.Request, "prefix").Text("prefix");
        _ = await cluster.KnownNode(name);
        var values = await cluster.TelemetryOf(name).Latest();
        return TypedResults.Ok<IReadOnlyList<TelemetryValueJson>>([.. values.Where(v => v.Metric.StartsWith(prefix, StringComparison.Ordinal)).Select(TelemetryValueJson.From)]);
    }

    private static async Task<IResult> Series(string name, HttpContext context, Cluster cluster, TimeProvider time)
    {
        var query = new QueryReader(context.Request, "metric", "from", "to", "step");
        var now = time.GetUtcNow();
        var metric = query.Text("metric");
        if (metric.Length == 0) throw GranaryException.Invalid($"query parameter 'metric' is missing; GET /api/nodes/{name}/metrics lists them");
        TimeSpan? step = null;
        if (query.Text("step") is { Length: > 0 } text)
            step = Durations.TryParse(text, out var parsed, out var error) ? parsed : throw GranaryException.Invalid($"query parameter 'step': {error}");
        var (from, to) = (Moment(query, "from", now), Moment(query, "to", now));
        _ = await cluster.KnownNode(name);
        return TypedResults.Ok(TelemetrySeriesJson.From(name, await cluster.TelemetryOf(name).Query(new(metric, from, to, step))));
    }

    // "-1h" is what users of other tools write for an hour ago
    private static DateTimeOffset? Moment(QueryReader query, string name, DateTimeOffset now) =>
        query.Text(name) is ['-', .. var ago] && Durations.TryParse(ago, out var span, out _) ? now - span : query.Time(name, now);
}
