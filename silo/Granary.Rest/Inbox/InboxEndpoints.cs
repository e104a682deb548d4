using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Access;
using Granary.Rest.Http;
using Granary.Rest.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Inbox;

/// <summary>Work for people: list it, claim it, complete it.</summary>
internal static class InboxEndpoints
{
    private const string CompleteText = "200 with the task as it ended. A task that had ended before is answered as it ended then, with first false, whoever says what: saying it again does no harm. 409 when it is for somebody else, is claimed by somebody else, or does not run yet.";

    private const string ClaimText = "Nobody else can complete it from then on. Claiming what one has claimed changes nothing; 409 when somebody else has.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/inbox", List).Reads(400, 404)
            .Describe("ListInbox", "Work that waits for people", "Tasks with manual that run, the longest waiting first; filters can be combined.")
            .WithParameters(("pool", "Only this pool."), ("agent", "Only this agent's."), ("assignee", "For this person or anybody, and claimed by nobody else."), ("role", "For this role or any."));
        routes.MapPost("/api/tasks/{id}/complete", (string id, Cluster cluster, HttpContext context) => Complete(IdText.Parse(id), cluster, context)).Changes(400, 404, 409, 415)
            .Accepts<CompletionRequest>("application/json").Describe("CompleteTask", "Say that a person's work is done", CompleteText);
        routes.MapPost("/api/tasks/{pool}/{number}/complete", (string pool, string number, Cluster cluster, HttpContext context) => Complete(IdText.Parse(pool, number), cluster, context)).Changes(400, 404, 409, 415)
            .Accepts<CompletionRequest>("application/json").Describe("CompleteTaskOfPool", "Say that a person's work is done", CompleteText);
        routes.MapPost("/api/tasks/{id}/claim", (string id, Cluster cluster, HttpContext context) => Claim(IdText.Parse(id), cluster, context)).Changes(400, 404, 409, 415)
            .Accepts<ClaimRequest>("application/json").Describe("ClaimTask", "Say to do a person's work", ClaimText);
        routes.MapPost("/api/tasks/{pool}/{number}/claim", (string pool, string number, Cluster cluster, HttpContext context) => Claim(IdText.Parse(pool, number), cluster, context)).Changes(400, 404, 409, 415)
            .Accepts<ClaimRequest>("application/json").Describe("ClaimTaskOfPool", "Say to do a person's work", ClaimText);
        routes.MapDelete("/api/tasks/{id}/claim", (string id, Cluster cluster, HttpContext context) => Release(IdText.Parse(id), cluster, context)).Changes(400, 404, 409)
            .Describe("ReleaseTask", "Give a person's work back to everybody", "Whoever had claimed it.");
        routes.MapDelete("/api/tasks/{pool}/{number}/claim", (string pool, string number, Cluster cluster, HttpContext context) => Release(IdText.Parse(pool, number), cluster, context)).Changes(400, 404, 409)
            .Describe("ReleaseTaskOfPool", "Give a person's work back to everybody", "");
    }

    private static async Task<Ok<Page<InboxItemJson>>> List(HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "pool", "agent", "assignee", "role");
        var pool = query.Text("pool");
        if (pool.Length > 0) await cluster.KnownPool(pool);
        var asked = new InboxQuery(query.Text("assignee"), query.Text("agent"), query.Text("role"));
        var rows = new List<InboxItemJson>();
        foreach (var name in pool.Length > 0 ? [pool] : await cluster.PoolNames()) rows.AddRange((await cluster.InboxOf(name).List(asked)).Select(InboxItemJson.From));
        return TypedResults.Ok(Pages.Make(context, rows, null));
    }

    private static async Task<Ok<CompletionJson>> Complete(TaskId id, Cluster cluster, HttpContext context)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.CompletionRequest);
        var completion = new Completion(By(context, request.By), request.Failed ?? false, request.Output ?? "", request.Fields, request.Note ?? "");
        return TypedResults.Ok(CompletionJson.From(await cluster.TaskOf(id).Complete(completion)));
    }

    private static async Task<Ok<InboxItemJson>> Claim(TaskId id, Cluster cluster, HttpContext context)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.ClaimRequest);
        await cluster.KnownPool(id.Pool);
        return TypedResults.Ok(InboxItemJson.From(await cluster.InboxOf(id.Pool).Claim(id.Number, By(context, request.By))));
    }

    private static async Task<Ok<InboxItemJson>> Release(TaskId id, Cluster cluster, HttpContext context)
    {
        _ = new QueryReader(context.Request);
        await cluster.KnownPool(id.Pool);
        return TypedResults.Ok(InboxItemJson.From(await cluster.InboxOf(id.Pool).Release(id.Number)));
    }

    private static string By(HttpContext context, string? given) => given is { Length: > 0 } ? given : CurrentCaller.Of(context).Id;
}
