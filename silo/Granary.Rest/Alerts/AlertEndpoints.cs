using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Alerts;

/// <summary>Who takes an alert on.</summary>
/// <param name="Undo">Nobody has taken it on any more.</param>
internal sealed record AcknowledgeBody(string? By, string? Comment, bool? Undo);

/// <summary>Which alerts are not to be told, and for how long.</summary>
/// <param name="Matchers">Labels and what they must be, like <c>{"rule": "disk-*", "node": "n1"}</c>; all must match.</param>
/// <param name="For">How long.</param>
/// <param name="From">When it begins; now when not given.</param>
internal sealed record SilenceBody(IReadOnlyDictionary<string, string>? Matchers, TimeSpan? For, DateTimeOffset? From, string? By, string? Comment);

/// <summary>What is wrong, who looks after it, and what is not to be told.</summary>
internal static class AlertEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alerts", List).Reads(400).Describe("ListAlerts", "What fires", "The highest levels first.")
            .WithParameters(("ended", "True for what has ended lately too."), ("level", "Only this level and higher ones: info, warning, error, critical."));
        routes.MapGet("/api/alerts/rules", Rules).Reads().Describe("ListAlertRules", "The rules in force", "Built-in ones and those of the server's settings.");
        routes.MapGet("/api/alerts/advice", Advice).Reads().Describe("ListScalingAdvice", "The last advice to change the number of nodes", "By pool.");
        routes.MapPost("/api/alerts/{id}/acknowledge", Acknowledge).Changes(400, 404, 415).Accepts<AcknowledgeBody>("application/json")
            .Describe("AcknowledgeAlert", "Take an alert on", "It is not told again unless it gets worse.");
        routes.MapGet("/api/silences", Silences).Reads().Describe("ListSilences", "Silences that have not expired", "");
        routes.MapPost("/api/silences", Silence).Changes(400, 415).Accepts<SilenceBody>("application/json")
            .Describe("Silence", "Do not tell of some alerts for a time", "They still fire and are listed.");
        routes.MapDelete("/api/silences/{id}", Expire).Changes(404).Describe("ExpireSilence", "End a silence", "");
    }

    private static async Task<Ok<IReadOnlyList<AlertJson>>> List(HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "ended", "level");
        var least = AlertLevel.Info;
        if (query.Text("level") is { Length: > 0 } text && (!Enum.TryParse(text, ignoreCase: true, out least) || least == AlertLevel.None || !Enum.IsDefined(least)))
            throw GranaryException.Invalid($"query parameter 'level' is '{Text.Clip(text)}'; it can be info, warning, error or critical");
        var alerts = await cluster.Monitor.Alerts(query.Flag("ended"));
        return TypedResults.Ok<IReadOnlyList<AlertJson>>([.. alerts.Where(a => !a.IsFiring || a.Level >= least).Select(AlertJson.From)]);
    }

    private static async Task<Ok<IReadOnlyList<AlertRuleJson>>> Rules(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok<IReadOnlyList<AlertRuleJson>>([.. (await cluster.Monitor.Rules()).Select(AlertRuleJson.From)]);
    }

    private static async Task<Ok<IReadOnlyList<ScalingAdviceJson>>> Advice(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok<IReadOnlyList<ScalingAdviceJson>>([.. (await cluster.Monitor.Advice()).Select(ScalingAdviceJson.From)]);
    }

    private static async Task<Ok<AlertJson>> Acknowledge(string id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var body = await RequestBody.Read(context, RestJson.Default.AcknowledgeBody);
        return TypedResults.Ok(AlertJson.From(await cluster.Monitor.Acknowledge(new AcknowledgeRequest(id, body.By is { Length: > 0 } by ? by : "rest", body.Comment ?? "", body.Undo ?? false))));
    }

    private static async Task<Ok<IReadOnlyList<SilenceJson>>> Silences(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok<IReadOnlyList<SilenceJson>>([.. (await cluster.Monitor.Silences()).Select(SilenceJson.Of)]);
    }

    private static async Task<Created<SilenceJson>> Silence(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var body = await RequestBody.Read(context, RestJson.Default.SilenceBody);
        if (body.For is not { } lasting) throw GranaryException.Invalid("for: is missing; say how long, like \"2h\"");
        var made = await cluster.Monitor.Silence(new SilenceRequest([.. (body.Matchers ?? new Dictionary<string, string>()).Select(m => new LabelMatcher(m.Key, m.Value))], body.From, lasting,
            body.By is { Length: > 0 } by ? by : "rest", body.Comment ?? ""));
        return TypedResults.Created($"/api/silences/{made.Id}", SilenceJson.Of(made));
    }

    private static async Task<Ok<SilenceJson>> Expire(string id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(SilenceJson.Of(await cluster.Monitor.Expire(id)));
    }
}
