using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Repeats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Tasks;

/// <summary>Submit, list, look at, explain and cancel tasks, and read their output.</summary>
internal static class TaskEndpoints
{
    private const string ById = "/api/tasks/{id}";
    private const string ByPoolAndNumber = "/api/tasks/{pool}/{number}";
    private const int MostIdsListed = 10_000;
    private const int MostRejectionsListed = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/tasks", Submit).Changes(400, 409, 415).Accepts<TaskRequest>("application/json")
            .Describe("SubmitTasks", "Submit one task or several", "One task, or {\"items\": [...]}: all are admitted or none. The reply comes once they are durable. When every task is rejected, nothing will run and the reply is 409 with the earliest finish that could be promised.");
        routes.MapGet("/api/tasks", List).Reads(400, 404)
            .Describe("ListTasks", "List tasks", "Pools by name, in each the newest first; filters can be combined.")
            .WithParameters(
                ("pool", "Only this pool."), ("agent", "Only this agent's."), ("state", "Only these states; several by commas."), ("name", "Only this name."),
                ("label", "Only with this label, as key=value; may be repeated."), ("since", "Submitted from then on: a time, or 10m for ten minutes ago."),
                ("until", "Submitted before then."), ("limit", "Rows of a page, 1 to 10,000; 1,000 when not given."), ("cursor", "The cursor of the page before."));
        routes.MapGet(ById, (string id, Cluster cluster, HttpContext context) => Get(IdText.Parse(id), cluster, context)).Reads(400, 404)
            .Describe("GetTask", "One task", "The id with its slash encoded (default%2F12), or a bare number in the pool default.");
        routes.MapGet(ByPoolAndNumber, (string pool, string number, Cluster cluster, HttpContext context) => Get(IdText.Parse(pool, number), cluster, context)).Reads(400, 404)
            .Describe("GetTaskOfPool", "One task", "");
        routes.MapDelete(ById, (string id, Cluster cluster, HttpContext context) => Cancel(IdText.Parse(id), cluster, context)).Changes(400, 404, 409)
            .Describe("CancelTask", "Cancel a task", CancelText).WithParameters(("reason", "Shown as the task's reason."));
        routes.MapDelete(ByPoolAndNumber, (string pool, string number, Cluster cluster, HttpContext context) => Cancel(IdText.Parse(pool, number), cluster, context)).Changes(400, 404, 409)
            .Describe("CancelTaskOfPool", "Cancel a task", CancelText).WithParameters(("reason", "Shown as the task's reason."));
        routes.MapGet(ById + "/explain", (string id, Cluster cluster, HttpContext context) => Explain(IdText.Parse(id), cluster, context)).Reads(400, 404)
            .Describe("ExplainTask", "Why a task is where it is", "The dominant reason, its evidence and what would help.");
        routes.MapGet(ByPoolAndNumber + "/explain", (string pool, string number, Cluster cluster, HttpContext context) => Explain(IdText.Parse(pool, number), cluster, context)).Reads(400, 404)
            .Describe("ExplainTaskOfPool", "Why a task is where it is", "");
        routes.MapGet(ById + "/logs", (string id, TaskLogs logs, HttpContext context) => logs.Send(context, IdText.Parse(id))).Reads(400, 404, 429)
            .Produces<string>(200, "text/plain").Describe("ReadTaskLog", "A task's output", LogText).WithParameters(LogParameters);
        routes.MapGet(ByPoolAndNumber + "/logs", (string pool, string number, TaskLogs logs, HttpContext context) => logs.Send(context, IdText.Parse(pool, number))).Reads(400, 404, 429)
            .Produces<string>(200, "text/plain").Describe("ReadTaskLogOfPool", "A task's output", LogText).WithParameters(LogParameters);
    }

    private const string CancelText = "200 when it has ended by cancellation, 202 while its processes are being stopped, 409 when it had ended otherwise.";
    private const string LogText = "The bytes as the task wrote them. X-Log-Offset says where they begin.";

    private static readonly (string, string)[] LogParameters =
    [
        ("stream", "stdout (when not given) or stderr."), ("offset", "First byte wanted; negative counts from the end."),
        ("follow", "true: go on as it grows, until the task has ended."),
    ];

    private static async Task<Results<Created<SubmittedJson>, ProblemHttpResult>> Submit(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        using var body = await RequestBody.Document(context);
        var operation = RepeatFilter.KeyOf(context.Request) ?? Guid.NewGuid().ToString("N");
        var (pool, batch) = TaskAdmission.Read(body.RootElement, operation);
        var reply = await cluster.Pool(pool).Submit(batch);
        var rejected = reply.Rejected.Take(MostRejectionsListed).Select(r => new RejectionJson(new TaskId(pool, r.Number).ToString(), r.Reason, r.EarliestFinish)).ToList();
        if (reply.Count > 0 && reply.Rejected.Count == reply.Count) return Refused(context, rejected, reply.Count);
        var ids = reply.Count > MostIdsListed ? null : new TaskIds(pool, reply.First, reply.Count);
        var location = reply.Count == 1 ? $"/api/tasks/{pool}/{reply.First}" : $"/api/tasks?pool={pool}";
        return TypedResults.Created(location, new SubmittedJson(pool, reply.First, reply.Count, ids, reply.Rejected.Count, rejected, reply.Notes));
    }

    private static ProblemHttpResult Refused(HttpContext context, List<RejectionJson> rejected, int count)
    {
        var first = rejected[0];
        var promise = first.EarliestFinish is { } at ? $"; the earliest finish that could be promised is {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "";
        var problem = Problems.Details(context, 409, $"{first.Id} is rejected: {first.Reason}{promise}{(count > 1 ? $" (and {count - 1} more)" : "")}");
        problem.Extensions["rejected"] = rejected;
        return TypedResults.Problem(problem);
    }

    private static async Task<Ok<Page<TaskJson>>> List(HttpContext context, Cluster cluster, TimeProvider time)
    {
        var query = new QueryReader(context.Request, "pool", "agent", "state", "name", "label", "since", "until", "limit", "cursor");
        var (rows, cursor) = await TaskListing.Read(cluster, query, time);
        return TypedResults.Ok(Pages.Make(context, rows, cursor));
    }

    private static async Task<Ok<TaskJson>> Get(TaskId id, Cluster cluster, HttpContext context)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(TaskJson.From(await cluster.TaskOf(id).Status()));
    }

    private static async Task<Ok<ExplanationJson>> Explain(TaskId id, Cluster cluster, HttpContext context)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(ExplanationJson.From(await cluster.TaskOf(id).Explain()));
    }

    private static async Task<Results<Ok<TaskJson>, Accepted<TaskJson>>> Cancel(TaskId id, Cluster cluster, HttpContext context)
    {
        var reason = new QueryReader(context.Request, "reason").Text("reason");
        if (reason.Length > 200) throw GranaryException.Invalid($"query parameter 'reason' has {reason.Length} characters; at most 200 are kept");
        var task = cluster.TaskOf(id);
        var accepted = await task.Cancel(reason.Length == 0 ? "cancelled by request" : reason.ReplaceLineEndings(" "));
        var view = await task.Status();
        if (!accepted && view.State.IsFinal() && view.State != TaskState.Cancelled)
            throw GranaryException.Refused($"{id} had ended already ({view.State}); there is nothing to cancel");
        return view.State.IsFinal() ? TypedResults.Ok(TaskJson.From(view)) : TypedResults.Accepted($"/api/tasks/{id}", TaskJson.From(view));
    }
}
