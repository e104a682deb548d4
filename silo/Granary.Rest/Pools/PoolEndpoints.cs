using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Pools;

/// <summary>A pool's rules; what is not given takes its default.</summary>
internal sealed record PoolRequest
{
    /// <summary>May repeat the path's name.</summary>
    public string? Name { get; init; }

    /// <summary>How it orders what waits; <c>fair</c> when not given.</summary>
    public PoolStrategy? Strategy { get; init; }

    /// <summary>How much risk the eliminator may take; <c>balanced</c> when not given.</summary>
    public PoolMode? Mode { get; init; }

    /// <summary>Pools of one cohort lend to each other; none when not given.</summary>
    public string? Cohort { get; init; }

    /// <summary>Rules by name, from which those that are given here differ; none when not given.</summary>
    public string? Template { get; init; }

    /// <summary>Rules beyond the strategy; what is not given is the template's, or takes its default.</summary>
    public PoolPolicy? Policy { get; init; }

    /// <summary>What it may lend and borrow; all of it, with weight 1, when not given.</summary>
    public LendingJson? Lending { get; init; }

    /// <summary>Schedulers that share its nodes and tasks, 1 to 64; 1 when not given. It stays once the pool has nodes or tasks.</summary>
    public int? Shards { get; init; }
}

/// <summary>List, look at and declare pools.</summary>
internal static class PoolEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/pools", List).Reads(400).Describe("ListPools", "List pools", "By name.")
            .WithParameters(("limit", "Rows of a page, 1 to 10,000."), ("cursor", "The cursor of the page before."));
        routes.MapGet("/api/pools/{name}", Get).Reads(404).Describe("GetPool", "One pool", "Capacity, use, what waits and why.");
        routes.MapPut("/api/pools/{name}", Put).Changes(400, 409, 415).Accepts<PoolRequest>("application/json")
            .Describe("PutPool", "Declare a pool or change its rules", "Running tasks are not disturbed.");
    }

    private static async Task<Ok<Page<PoolJson>>> List(HttpContext context, Cluster cluster)
    {
        var (names, cursor) = Pages.Cut(await cluster.PoolNames(), name => name, new QueryReader(context.Request, "limit", "cursor"));
        var views = await Parallelism.Each(names, name => cluster.Pool(name).Describe());
        return TypedResults.Ok(Pages.Make<PoolJson>(context, [.. views.Select(PoolJson.From)], cursor));
    }

    private static async Task<Ok<PoolJson>> Get(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(PoolJson.From(await (await cluster.KnownPool(name)).Describe()));
    }

    private static async Task<Results<Ok<PoolJson>, Created<PoolJson>>> Put(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        PathNames.Require(name, "pool");
        var request = await RequestBody.Read(context, RestJson.Default.PoolRequest);
        PathNames.RequireSame(name, request.Name, "name");
        if (request.Cohort is { Length: > 0 } cohort) PathNames.Require(cohort, "cohort");
        var spec = (TemplateOf(request) ?? new PoolSpec { Name = name }) with { Name = name };
        using (var body = await RequestBody.Document(context))
        {
            var written = body.RootElement.TryGetProperty("policy", out var policy) && policy.ValueKind == JsonValueKind.Object ? JsonObject.Create(policy) : null;
            written?.Remove(PolicyJson.Template);
            spec = spec with
            {
                Strategy = request.Strategy ?? spec.Strategy,
                Mode = request.Mode ?? spec.Mode,
                Cohort = request.Cohort ?? spec.Cohort,
                Policy = PolicyJson.Over(spec.Policy, written),
            };
        }
        if (request.Lending is { } lending) spec = spec with { Policy = (spec.Policy ?? new PoolPolicy()) with { Lending = lending.ToPolicy() } };
        if (request.Shards is { } shards) spec = spec with { Policy = (spec.Policy ?? new PoolPolicy()) with { Shards = shards } };
        var reply = await cluster.Directory.Apply(new([spec], [], []));
        var view = PoolJson.From(await cluster.Pool(name).Describe());
        return reply.Created > 0 ? TypedResults.Created($"/api/pools/{name}", view) : TypedResults.Ok(view);
    }

    /// <summary>What was read can be written back: the template stands in the policy too.</summary>
    private static PoolSpec? TemplateOf(PoolRequest request)
    {
        if ((request.Template ?? request.Policy?.Template) is not { Length: > 0 } template) return null;
        if (PoolTemplates.Of(template) is { } spec) return spec;
        var near = Suggestion.For(template, PoolTemplates.Names);
        throw GranaryException.Invalid($"template: there is no '{Text.Clip(template)}'; {(near is null ? $"there are {string.Join(", ", PoolTemplates.Names)}" : $"did you mean '{near}'?")}");
    }
}
