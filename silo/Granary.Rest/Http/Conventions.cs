using Granary.Rest.Repeats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Http;

/// <summary>A query parameter as OpenAPI lists it; handlers read it themselves.</summary>
internal sealed record QueryParameters(IReadOnlyList<(string Name, string Text)> List);

/// <summary>What all endpoints of a kind have in common.</summary>
internal static class Conventions
{
    /// <summary>A call that changes nothing.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, params ReadOnlySpan<int> refusals) => Refuses(route, refusals);

    /// <summary>A call that changes something, and may be repeated under an Idempotency-Key.</summary>
    public static RouteHandlerBuilder Changes(this RouteHandlerBuilder route, params ReadOnlySpan<int> refusals)
    {
        Refuses(route, [.. refusals, 403, 422]);
        return route.AddEndpointFilter<RouteHandlerBuilder, RepeatFilter>().WithMetadata(RepeatableChange.Instance);
    }

    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string name, string summary, string text) =>
        route.WithName(name).WithSummary(summary).WithDescription(text);

    public static RouteHandlerBuilder WithParameters(this RouteHandlerBuilder route, params (string Name, string Text)[] parameters) =>
        route.WithMetadata(new QueryParameters(parameters));

    private static RouteHandlerBuilder Refuses(RouteHandlerBuilder route, ReadOnlySpan<int> statuses)
    {
        foreach (var status in (ReadOnlySpan<int>)[.. statuses, 401, 503, 504]) route.ProducesProblem(status);
        return route;
    }
}

/// <summary>Marks endpoints that take an Idempotency-Key.</summary>
internal sealed class RepeatableChange
{
    public static RepeatableChange Instance { get; } = new();
}
