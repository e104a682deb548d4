using Granary.Abstractions.Json;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Events;

/// <summary>First event of a stream.</summary>
/// <param name="Pools">Pools that are watched; one that is declared later joins within a keep-alive.</param>
internal sealed record HelloJson(IReadOnlyList<string> Pools);

/// <summary>Changes of a pool were missed: read again what matters.</summary>
internal sealed record GapJson(string Pool);

/// <summary>Anomalies of nodes were missed: 'GET /api/nodes/{name}/anomalies' has them.</summary>
internal sealed record AnomalyGapJson(bool Anomalies);

/// <summary>Changes of tasks, and what is unusual about nodes, as server-sent events (WHATWG HTML, 9.2).</summary>
internal static class EventEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/events", Watch).Reads(400, 404, 429).Produces<TaskChangeJson>(200, "text/event-stream")
            .Describe("WatchEvents", "Watch changes of tasks and anomalies of nodes", "Server-sent events: 'hello' with the pools, 'task' for every change, 'anomaly' for every unusual minute of a node (not with pool or agent), 'gap' when changes of a pool were missed and what matters should be read again. Send the last id as Last-Event-ID to go on from there.")
            .WithParameters(("pool", "Only this pool."), ("agent", "Only this agent's tasks."), ("last_event_id", "For callers that cannot send the Last-Event-ID header."));
    }

    private static async Task Watch(HttpContext context, Cluster cluster, OpenStreams streams, RestOptions options, TimeProvider time)
    {
        var query = new QueryReader(context.Request, "pool", "agent", "last_event_id");
        var last = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : query.Text("last_event_id");
        var cursor = EventCursor.Parse(last);
        var pool = query.Text("pool");
        if (pool.Length > 0) await cluster.KnownPool(pool);
        var agent = query.Text("agent");
        using var open = streams.Open(context);
        context.Response.ContentType = "text/event-stream";
        // Proxies that gather output would hold events back.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var stream = new EventStream(cluster, cursor, pool, agent, options.KeepAlive, time);
        try
        {
            await stream.Send(context.Response, open.Stopping);
        }
        catch (OperationCanceledException) when (open.Stopping.IsCancellationRequested)
        {
            // The caller hung up or the server stops; either way the stream is over, and a client that wants more comes back with the last id.
        }
    }
}
