using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Rest.Health;

/// <summary>Whether the server lives or is ready.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each check by name; what is wrong, or <c>ok</c>.</param>
internal sealed record HealthJson(string Status, IReadOnlyDictionary<string, string> Checks);

/// <summary>Health for supervisors and load balancers; needs no token.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", Live).Describe("Live", "Is the process alive?", "200 as long as requests are answered at all.");
        routes.MapGet("/health/ready", Ready).Produces<HealthJson>(503)
            .Describe("Ready", "Can it take work?", "200 when the grains answer and the journal can be written; 503 with what is wrong otherwise.");
    }

    private static Ok<HealthJson> Live() => TypedResults.Ok(new HealthJson("healthy", new Dictionary<string, string>()));

    private static async Task<JsonHttpResult<HealthJson>> Ready(HealthCheckService health, HttpContext context)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(GranaryRest.ReadyTag), context.RequestAborted);
        var checks = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status == HealthStatus.Healthy ? "ok" : e.Value.Description ?? "failed");
        return TypedResults.Json(new HealthJson(report.Status.ToString().ToLowerInvariant(), checks), ReplyJson.Context.HealthJson,
            statusCode: report.Status == HealthStatus.Unhealthy ? 503 : 200);
    }
}
