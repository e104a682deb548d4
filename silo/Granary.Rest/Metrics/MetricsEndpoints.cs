using Granary.Abstractions.Json;
using Granary.Rest.Events;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Metrics;

/// <summary>The cluster at one moment.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="Unanswered">Pools and nodes that did not answer in time: their figures are missing.</param>
/// <param name="Applications">What became of tasks, by pool and class.</param>
internal sealed record ClusterJson(DateTimeOffset At, IReadOnlyList<PoolJson> Pools, IReadOnlyList<NodeJson> Nodes, IReadOnlyList<string> Unanswered,
    IReadOnlyList<ApplicationJson> Applications);

/// <summary>Figures for Prometheus and for programs.</summary>
internal static class MetricsEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", Prometheus).Reads().Produces<string>(200, "text/plain")
            .Describe("ScrapeMetrics", "Metrics for Prometheus", "Text exposition format 0.0.4.");
        routes.MapGet("/api/metrics", Json).Reads(400).Describe("GetMetrics", "The same picture as JSON", "Pools, nodes and what became of tasks at one moment, at most a second old.");
    }

    // Prometheus may add query parameters of its configuration; they are no concern of this page.
    private static async Task<ContentHttpResult> Prometheus(HttpContext context, Snapshots snapshots, RequestTally tally, OpenStreams streams, RestOptions options)
    {
        var text = new PrometheusText();
        var snapshot = await snapshots.Recent(context.RequestAborted);
        ClusterMetrics.Write(text, snapshot, options.MetricAgents);
        ApplicationMetrics.Write(text, snapshot.Applications, options.MetricClasses);
        NodeMetrics.Write(text, snapshot, options.MetricThings);
        ServerMetrics.Write(text, tally, streams);
        foreach (var source in context.RequestServices.GetServices<IMetricSource>()) source.Write(text);
        return TypedResults.Text(text.ToString(), PrometheusText.ContentType);
    }

    private static async Task<Ok<ClusterJson>> Json(HttpContext context, Snapshots snapshots)
    {
        _ = new QueryReader(context.Request);
        var snapshot = await snapshots.Recent(context.RequestAborted);
        return TypedResults.Ok(new ClusterJson(snapshot.At, [.. snapshot.Pools.Select(PoolJson.From)], [.. snapshot.Nodes.Select(NodeJson.From)], snapshot.Unanswered,
            [.. snapshot.Applications.Select(ApplicationJson.From)]));
    }
}
