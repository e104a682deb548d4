using System.Globalization;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Repeats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Energy;

/// <summary>What machines draw and for whom; plans that save a part of it.</summary>
internal static class EnergyEndpoints
{
    private const string Plans = "/api/energy/plan";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/energy", Report).Reads(400).Produces<EnergyJson>()
            .Describe("GetEnergy", "Energy of nodes and agents over a time", "Joules, with the part of idle machines apart; measured where processors count it, else of a model.")
            .WithParameters(("from", "A time, or so long ago as a duration; an hour ago when not given."), ("to", "A time, or so long ago as a duration; now when not given."));
        routes.MapGet(Plans, Plan).Reads(400, 404).Produces<EnergyPlanJson>()
            .Describe("PlanEnergy", "What would save a part of the power, or the plan in force", "Nothing is changed. 404 without target_reduction while no plan is in force.")
            .WithParameters(("target_reduction", "Part to save, above 0 to 1; the plan in force when not given."));
        routes.MapPost(Plans, Apply).Changes(400, 409, 415).Accepts<EnergyRequest>("application/json").Produces<EnergyPlanJson>()
            .Describe("OptimizeEnergy", "Make a plan and carry it out", "409 while another is in force.");
        routes.MapDelete(Plans, Restore).Changes(400, 404).Produces<EnergyPlanJson>()
            .Describe("RestoreEnergy", "Put back what the plan in force changed", "");
    }

    private static async Task<Ok<EnergyJson>> Report(HttpContext context, Cluster cluster, TimeProvider time)
    {
        var query = new QueryReader(context.Request, "from", "to");
        var now = time.GetUtcNow();
        return TypedResults.Ok(EnergyJson.Of(await cluster.Energy.Report(new(query.Moment("from", now), query.Moment("to", now)))));
    }

    private static async Task<Ok<EnergyPlanJson>> Plan(HttpContext context, Cluster cluster)
    {
        var text = new QueryReader(context.Request, "target_reduction").Text("target_reduction");
        if (text.Length == 0)
            return TypedResults.Ok(EnergyPlanJson.From(await cluster.Energy.Active() ?? throw GranaryException.NotFound($"no energy plan is in force; GET {Plans}?target_reduction=0.2 makes one")));
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var target))
            throw GranaryException.Invalid($"query parameter 'target_reduction' is '{Text.Clip(text)}'; write a part above 0 to 1, like 0.2");
        return TypedResults.Ok(EnergyPlanJson.From(await cluster.Energy.Plan(target)));
    }

    private static async Task<Ok<EnergyPlanJson>> Apply(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.EnergyRequest);
        var target = request.TargetReduction ?? throw GranaryException.Invalid("target_reduction is missing: how much of the power to save, above 0 to 1, like 0.2");
        return TypedResults.Ok(EnergyPlanJson.From(await cluster.Energy.Apply(new(target, RepeatFilter.KeyOf(context.Request) ?? "", request.Lasts))));
    }

    private static async Task<Ok<EnergyPlanJson>> Restore(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(EnergyPlanJson.From(await cluster.Energy.Restore() ?? throw GranaryException.NotFound("no energy plan is in force")));
    }
}
