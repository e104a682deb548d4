using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Moves;

/// <summary>Moving running tasks: one by name, or many by a plan.</summary>
internal static class MoveEndpoints
{
    private static readonly RebalanceKindConverter Kinds = new();

    private const string MigrateText = "Room is set aside on the other node, the task gets SIGTERM and its grace to write a checkpoint, and starts there. 202 once it was told to stop; 409 says what stands in the way.";

    private static readonly (string, string)[] MigrateParameters =
        [("to", "The node; the one where it fits tightest when not given."), ("reason", "Shown as the task's reason.")];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/tasks/{id}/migrate", (string id, Cluster cluster, HttpContext context) => Migrate(IdText.Parse(id), cluster, context)).Changes(400, 404, 409)
            .Describe("MigrateTask", "Move a running task to another node", MigrateText).WithParameters(MigrateParameters);
        routes.MapPost("/api/tasks/{pool}/{number}/migrate", (string pool, string number, Cluster cluster, HttpContext context) => Migrate(IdText.Parse(pool, number), cluster, context)).Changes(400, 404, 409)
            .Describe("MigrateTaskOfPool", "Move a running task to another node", MigrateText).WithParameters(MigrateParameters);
        routes.MapPost("/api/pools/{name}/rebalance", Rebalance).Changes(400, 404)
            .Describe("RebalancePool", "Plan moves of running tasks", "Shows the plan; with apply the moves begin, a few at a time.")
            .WithParameters(("plan", "load_based (when not given), priority_based or consolidate."), ("apply", "true: begin the moves."));
    }

    private static async Task<Accepted<MigrationJson>> Migrate(TaskId id, Cluster cluster, HttpContext context)
    {
        var query = new QueryReader(context.Request, "to", "reason");
        var (to, reason) = (query.Text("to"), query.Text("reason"));
        if (reason.Length > 200) throw GranaryException.Invalid($"query parameter 'reason' has {reason.Length} characters; at most 200 are kept");
        var pool = await cluster.KnownPool(id.Pool);
        return TypedResults.Accepted($"/api/tasks/{id}", MigrationJson.Of(await pool.Migrate(new MigrateRequest(id.Number, to, reason.ReplaceLineEndings(" ")))));
    }

    private static async Task<Ok<RebalanceJson>> Rebalance(string name, HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "plan", "apply");
        var word = query.Text("plan");
        var kind = RebalanceKind.LoadBased;
        if (word.Length > 0 && !Kinds.TryParse(word, out kind))
            throw GranaryException.Invalid($"query parameter 'plan' is '{Text.Clip(word)}'; expected one of {string.Join(", ", Kinds.Words)}");
        var pool = await cluster.KnownPool(name);
        return TypedResults.Ok(RebalanceJson.From(await pool.Rebalance(new RebalanceRequest(kind, query.Flag("apply")))));
    }
}
