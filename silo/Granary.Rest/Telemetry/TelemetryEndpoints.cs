using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Telemetry;

/// <summary>What a node, or a pool, did over time.</summary>
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
            .WithParameters(Over("Like cpu, memory.used, disk.read/sda, task.cpu/default/17."));
        routes.MapGet("/api/nodes/{name}/forecast", Forecast).Reads(400, 404)
            .Describe("GetNodeForecast", "What is expected of one metric of a node", "In steps of 10 s up to five minutes ahead, beyond that of 5 min; between lower and upper nine of ten steps are expected. The note says why no fitted model answers, where none does.")
            .Produces<PredictedSeriesJson>()
            .WithParameters(("metric", "cpu (when not given), memory, network or storage."), ("ahead", "How far, as a duration up to 24h; 5m when not given."));
        routes.MapGet("/api/nodes/{name}/forecasts", Records).Reads(400, 404)
            .Describe("ListNodeForecasts", "How the forecasts of a node turned out", "For each metric and length of step, beside the last value as a forecast.")
            .Produces<IReadOnlyList<PredictionRecordJson>>();
        routes.MapGet("/api/nodes/{name}/anomalies", Anomalies).Reads(400, 404)
            .Describe("ListNodeAnomalies", "What was unusual about a node lately", "Steps of a minute, each with what was usual and why it is not; the newest first. Kept across restarts.")
            .Produces<NodeAnomaliesJson>()
            .WithParameters(("metric", "cpu, memory, network, storage, pressure.cpu, pressure.memory or pressure.io; all when not given."), ("since", "A time, or so long ago as a duration."), ("limit", "At most so many, 1 to 200; 100 when not given."));
        routes.MapGet("/api/nodes/{name}/capacity", NodeCapacity).Reads(400, 404)
            .Describe("GetNodeCapacity", "When a node is full", "Dates by which CPU, memory and file systems meet their capacity with 10, 50 and 90%, by the trend of each day's peak; the note says where there is too little data.")
            .Produces<CapacityJson>();
        routes.MapGet("/api/pools/{name}/capacity", PoolCapacity).Reads(400, 404)
            .Describe("GetPoolCapacity", "When a pool is full", "As for a node, of what tasks hold of each resource of the pool.")
            .Produces<CapacityJson>();
        routes.MapGet("/api/pools/{name}/run-times", RunTimes).Reads(400, 404)
            .Describe("ListRunTimes", "How long an agent's next tasks run", "Quantiles by class of task, from what became of tasks in the pool; with a deadline also the chance to meet it.")
            .Produces<IReadOnlyList<RunTimeJson>>()
            .WithParameters(("agent", "Whose; must be given."), ("class", "One class of task; every one that is known of the agent when not given."), ("deadline", "A duration: how likely is it done by then?"));
        routes.MapGet("/api/pools/{name}/metrics", Application).Reads(400, 404)
            .Describe("GetPoolMetrics", "What became of a pool's tasks", "Times, ends, efficiency and errors by class of task, since the pool is watched.")
            .Produces<ApplicationJson>()
            .WithParameters(("errors", "How many errors of each kind to name, 0 to 64; 20 when not given."));
        routes.MapGet("/api/pools/{name}/plan", Plan).Reads(400, 404)
            .Describe("GetPoolPlan", "How a pool's capacity could be shared", "What each agent could use, what max-min fairness would give it and what the optimizer would; advised once that has been better in shadow. Shares are the scheduler's: nothing is changed.")
            .Produces<SharePlanJson>();
        routes.MapGet("/api/pools/{name}/telemetry", PoolSeries).Reads(400, 404)
            .Describe("GetPoolTelemetry", "One metric of a pool over time", "The length of its queue and the like, once a second; at most 11,000 points.")
            .Produces<TelemetrySeriesJson>()
            .WithParameters(Over("queued, placed, running, nodes, nodes.ready, finished, failed, failed_ratio, waiting/REASON, used/RESOURCE."));
    }

    private static (string, string)[] Over(string metrics) =>
    [
        ("metric", metrics), ("from", "A time, or so long ago as a duration; an hour ago when not given."),
        ("to", "A time, or so long ago as a duration; now when not given."), ("step", "Duration of a point; a few hundred points when not given."),
    ];

    private static async Task<IResult> Application(string name, HttpContext context, Cluster cluster)
    {
        var errors = new QueryReader(context.Request, "errors").Number("errors", 20, 0, 64);
        _ = await cluster.KnownPool(name);
        return TypedResults.Ok(ApplicationJson.From(await cluster.ApplicationOf(name).Summary((int)errors)));
    }

    private static async Task<IResult> Plan(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        _ = await cluster.KnownPool(name);
        return TypedResults.Ok(SharePlanJson.From(await cluster.OptimizerOf(name).Plan()));
    }

    private static async Task<IResult> PoolSeries(string name, HttpContext context, Cluster cluster, TimeProvider time)
    {
        var query = Query(context, time, "GET /metrics shows a pool's, like queued");
        _ = await cluster.KnownPool(name);
        return TypedResults.Ok(TelemetrySeriesJson.From(name, await cluster.ApplicationOf(name).Query(query)));
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
        var query = Query(context, time, $"GET /api/nodes/{name}/metrics lists them");
        _ = await cluster.KnownNode(name);
        return TypedResults.Ok(TelemetrySeriesJson.From(name, await cluster.TelemetryOf(name).Query(query)));
    }

    private static async Task<IResult> Forecast(string name, HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "metric", "ahead");
        var ahead = TimeSpan.FromMinutes(5);
        if (query.Text("ahead") is { Length: > 0 } text)
            ahead = Durations.TryParse(text, out var parsed, out var error) ? parsed : throw GranaryException.Invalid($"query parameter 'ahead': {error}");
        _ = await cluster.KnownNode(name);
        var asked = new PredictionQuery(query.Text("metric") is { Length: > 0 } metric ? metric : "cpu", ahead);
        return TypedResults.Ok(PredictedSeriesJson.From(name, await cluster.PredictorOf(name).Forecast(asked)));
    }

    private static async Task<IResult> Records(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        _ = await cluster.KnownNode(name);
        return TypedResults.Ok<IReadOnlyList<PredictionRecordJson>>([.. (await cluster.PredictorOf(name).Records()).Select(PredictionRecordJson.From)]);
    }

    private static async Task<IResult> Anomalies(string name, HttpContext context, Cluster cluster, TimeProvider time)
    {
        var query = new QueryReader(context.Request, "metric", "since", "limit");
        var asked = new AnomalyQuery(query.Text("metric"), query.Moment("since", time.GetUtcNow()), (int)query.Number("limit", 100, 1, 200));
        _ = await cluster.KnownNode(name);
        return TypedResults.Ok(NodeAnomaliesJson.From(await cluster.PredictorOf(name).Anomalies(asked)));
    }

    private static async Task<IResult> NodeCapacity(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        _ = await cluster.KnownNode(name);
        return TypedResults.Ok(CapacityJson.From(await cluster.CapacityOf(name).OfNode()));
    }

    private static async Task<IResult> PoolCapacity(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        _ = await cluster.KnownPool(name);
        return TypedResults.Ok(CapacityJson.From(await cluster.CapacityOf(name).OfPool()));
    }

    private static async Task<IResult> RunTimes(string name, HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "agent", "class", "deadline");
        if (query.Text("agent") is not { Length: > 0 } agent) throw GranaryException.Invalid("query parameter 'agent' is missing; GET /api/agents lists them");
        TimeSpan? deadline = null;
        if (query.Text("deadline") is { Length: > 0 } text)
            deadline = Durations.TryParse(text, out var parsed, out var error) ? parsed : throw GranaryException.Invalid($"query parameter 'deadline': {error}");
        _ = await cluster.KnownPool(name);
        var asked = context.Request.Query.ContainsKey("class") ? query.Text("class") : null;
        return TypedResults.Ok<IReadOnlyList<RunTimeJson>>([.. (await cluster.ApplicationOf(name).RunTimes(agent, asked, deadline)).Select(p => RunTimeJson.From(name, p))]);
    }

    private static TelemetryQuery Query(HttpContext context, TimeProvider time, string help)
    {
        var query = new QueryReader(context.Request, "metric", "from", "to", "step");
        var now = time.GetUtcNow();
        var metric = query.Text("metric");
        if (metric.Length == 0) throw GranaryException.Invalid($"query parameter 'metric' is missing; {help}");
        TimeSpan? step = null;
        if (query.Text("step") is { Length: > 0 } text)
            step = Durations.TryParse(text, out var parsed, out var error) ? parsed : throw GranaryException.Invalid($"query parameter 'step': {error}");
        return new(metric, query.Moment("from", now), query.Moment("to", now), step);
    }
}
