using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Optimization;

/// <summary>Fronts of plans to choose from, and the weights that one of them sets.</summary>
internal static class OptimizeEndpoints
{
    private const string Applied = "/api/optimize/applied";
    private const string PoolText = "Whose; default when not given.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/optimize", Optimize).Reads(400, 404, 415).Accepts<OptimizeBody>("application/json").Produces<OptimizationJson>()
            .Describe("Optimize", "Plans for a pool's capacity to choose from", "Runs the whole path now: each stage with its time, and what it had too little of. Nothing is changed.");
        routes.MapGet(Applied, Get).Reads(400, 404).Produces<AppliedWeightsJson>()
            .Describe("GetAppliedPlan", "Weights that a plan set", "404 where none is in force.").WithParameters(("pool", PoolText));
        routes.MapPost(Applied, Apply).Changes(400, 404, 415).Accepts<ApplyPlanBody>("application/json").Produces<AppliedWeightsJson>()
            .Describe("ApplyPlan", "Set agents' weights to what a plan wants", "As PUT of each agent would, in every pool; DELETE puts back what was there before.");
        routes.MapDelete(Applied, Undo).Changes(400, 404).Produces<AppliedWeightsJson>()
            .Describe("UndoPlan", "Put back the weights from before the plans in force", "A weight that somebody has changed since stays, and its note says so.").WithParameters(("pool", PoolText));
    }

    private static async Task<Ok<OptimizationJson>> Optimize(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.OptimizeBody);
        var optimizer = await Of(cluster, request.Pool);
        var preferences = request.Preferences is { } p ? new PlanPreference(p.Latency ?? 0, p.Throughput ?? 0, p.Utilisation ?? 0, p.Fairness ?? 0) : new();
        return TypedResults.Ok(OptimizationJson.From(await optimizer.Optimize(new(preferences, request.Plans ?? new OptimizeRequest(preferences).Plans))));
    }

    private static async Task<Ok<AppliedWeightsJson>> Get(HttpContext context, Cluster cluster) =>
        TypedResults.Ok(AppliedWeightsJson.From(await (await Of(cluster, Pool(context))).Applied() ?? throw None()));

    private static async Task<Ok<AppliedWeightsJson>> Apply(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.ApplyPlanBody);
        if (request.Run is not { Length: > 0 } run) throw GranaryException.Invalid("run: is missing; POST /api/optimize names it");
        var optimizer = await Of(cluster, request.Pool);
        return TypedResults.Ok(AppliedWeightsJson.From(await optimizer.Apply(run, request.Plan ?? "recommended")));
    }

    private static async Task<Ok<AppliedWeightsJson>> Undo(HttpContext context, Cluster cluster) =>
        TypedResults.Ok(AppliedWeightsJson.From(await (await Of(cluster, Pool(context))).Undo() ?? throw None()));

    private static string Pool(HttpContext context) => new QueryReader(context.Request, "pool").Text("pool") is { Length: > 0 } pool ? pool : TaskId.DefaultPool;

    private static async Task<IOptimizerGrain> Of(Cluster cluster, string? pool)
    {
        var name = pool ?? TaskId.DefaultPool;
        _ = await cluster.KnownPool(name);
        return cluster.OptimizerOf(name);
    }

    private static GranaryException None() => GranaryException.NotFound($"no plan is in force; POST {Applied} puts one");
}
