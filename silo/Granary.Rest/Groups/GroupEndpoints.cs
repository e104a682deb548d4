using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Groups;

/// <summary>What a group is owed as a whole; what is not given takes its default.</summary>
internal sealed record GroupRequest
{
    /// <summary>May repeat the address's path.</summary>
    public string? Path { get; init; }

    /// <summary>Relative share among its siblings, up to 1,000,000; 0, for the sum of its members' weights, when not given.</summary>
    public double? Weight { get; init; }

    /// <summary>What its members together can always get back.</summary>
    public ResourceSet? Guarantee { get; init; }

    /// <summary>What its members together can never exceed; a resource that is not named has no limit.</summary>
    public ResourceSet? Limit { get; init; }
}

/// <summary>List, look at and declare groups of agents; and how everybody stands to what it is owed.</summary>
internal static class GroupEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/groups", List).Reads(400).Describe("ListGroups", "List groups", "By path, declared or named by an agent, each with what it holds of every pool.")
            .WithParameters(("limit", "Rows of a page, 1 to 10,000."), ("cursor", "The cursor of the page before."));
        routes.MapGet("/api/groups/{**path}", Get).Reads(404).Describe("GetGroup", "One group", "What it is owed and what it holds.");
        routes.MapPut("/api/groups/{**path}", Put).Changes(400, 409, 415).Accepts<GroupRequest>("application/json")
            .Describe("PutGroup", "Declare a group or change what it is owed", "Takes effect in every pool before the reply.");
        routes.MapGet("/api/quota", Quota).Reads(400, 404).Describe("Quota", "How everybody stands", "Groups and agents of every pool: who is over, borrowing, starved, or below its guarantee.")
            .WithParameters(("pool", "Of this pool alone."));
    }

    private static async Task<Ok<Page<GroupJson>>> List(HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "limit", "cursor");
        var (groups, cursor) = Pages.Cut([.. (await Known(cluster)).OrderBy(g => g.Path, StringComparer.Ordinal)], group => group.Path, query);
        return TypedResults.Ok(Pages.Make<GroupJson>(context, groups, cursor));
    }

    private static async Task<Ok<GroupJson>> Get(string path, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var known = await Known(cluster);
        if (known.FirstOrDefault(g => g.Path == path) is { } group) return TypedResults.Ok(group);
        var near = Suggestion.For(path, known.Select(g => g.Path));
        throw GranaryException.NotFound($"no group is named '{Text.Clip(path)}'; {(near is null ? "GET /api/groups lists them, PUT /api/groups/{path} makes one" : $"did you mean '{near}'?")}");
    }

    private static async Task<Results<Ok<GroupJson>, Created<GroupJson>>> Put(string path, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        if (!GroupPaths.IsValid(path)) throw GranaryException.Invalid($"'{Text.Clip(path)}' is no group; {GroupPaths.Rule}");
        var request = await RequestBody.Read(context, RestJson.Default.GroupRequest);
        PathNames.RequireSame(path, request.Path, "path");
        if (request.Weight is { } weight && !(weight >= 0 && weight <= 1_000_000))
            throw GranaryException.Invalid($"weight: is {weight}; expected 0, for the sum of its members' weights, or up to 1,000,000");
        var spec = new GroupSpec { Path = path };
        spec = spec with { Weight = request.Weight ?? spec.Weight, Guarantee = request.Guarantee ?? spec.Guarantee, Limit = request.Limit ?? spec.Limit };
        var reply = await cluster.Directory.Apply(new([], [], [], [spec]));
        var view = (await Known(cluster)).FirstOrDefault(g => g.Path == path) ?? GroupJson.From(spec, []);
        return reply.Created > 0 ? TypedResults.Created($"/api/groups/{path}", view) : TypedResults.Ok(view);
    }

    private static async Task<Ok<IReadOnlyList<QuotaJson>>> Quota(HttpContext context, Cluster cluster)
    {
        var pool = new QueryReader(context.Request, "pool").Text("pool");
        if (pool is { Length: > 0 }) _ = await cluster.KnownPool(pool);
        var rows = new List<QuotaJson>();
        foreach (var name in pool is { Length: > 0 } ? [pool] : await cluster.PoolNames())
            rows.AddRange(QuotaJson.Of(await cluster.Pool(name).GroupShares(), await cluster.Pool(name).Shares()));
        return TypedResults.Ok<IReadOnlyList<QuotaJson>>(rows);
    }

    /// <summary>A group that only agents name was never declared: the pools know it, the directory does not.</summary>
    private static async Task<IReadOnlyList<GroupJson>> Known(Cluster cluster)
    {
        var shares = (await Parallelism.Each(await cluster.PoolNames(), pool => cluster.Pool(pool).GroupShares())).SelectMany(s => s).ToLookup(s => s.Spec.Path, StringComparer.Ordinal);
        var specs = shares.ToDictionary(s => s.Key, s => s.First().Spec, StringComparer.Ordinal);
        foreach (var declared in await cluster.Directory.Groups()) specs[declared.Path] = declared;
        return [.. specs.Values.Select(spec => GroupJson.From(spec, shares[spec.Path]))];
    }
}
