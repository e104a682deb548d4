using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Agents;

/// <summary>What an agent is owed; what is not given takes its default.</summary>
internal sealed record AgentRequest
{
    /// <summary>May repeat the path's id.</summary>
    public string? Id { get; init; }

    /// <summary>Relative share, over 0 and up to 1,000,000; 1 when not given.</summary>
    public double? Weight { get; init; }

    /// <summary>Group path in the agents' tree (<c>research/energy</c>); the root when not given.</summary>
    public string? Group { get; init; }

    /// <summary>Classes go strictly before shares; <c>normal</c> when not given.</summary>
    public PriorityClass? Class { get; init; }

    /// <summary>What it can always get back.</summary>
    public ResourceSet? Guarantee { get; init; }

    /// <summary>What it can never exceed; a resource that is not named has no limit.</summary>
    public ResourceSet? Limit { get; init; }

    /// <summary>Tasks it may submit to a pool, like <c>100/s</c>, <c>90/m</c> or <c>5000/h</c>; as many as there is room for when not given.</summary>
    public string? Rate { get; init; }

    /// <summary>With a rate: tasks that may come at once, 1 to 10,000,000; one second's worth when not given.</summary>
    public int? Burst { get; init; }

    /// <summary>Free words shown beside it.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>List, look at and declare agents.</summary>
internal static class AgentEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/agents", List).Reads(400).Describe("ListAgents", "List agents", "By id, each with what it holds of every pool.")
            .WithParameters(("limit", "Rows of a page, 1 to 10,000."), ("cursor", "The cursor of the page before."));
        routes.MapGet("/api/agents/{id}", Get).Reads(404).Describe("GetAgent", "One agent", "What it is owed and what it holds.");
        routes.MapPut("/api/agents/{id}", Put).Changes(400, 409, 415).Accepts<AgentRequest>("application/json")
            .Describe("PutAgent", "Declare an agent or change what it is owed", "Takes effect in every pool before the reply.");
    }

    private static async Task<Ok<Page<AgentJson>>> List(HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "limit", "cursor");
        var shares = (await Parallelism.Each(await cluster.PoolNames(), pool => cluster.Pool(pool).Shares())).SelectMany(s => s).ToLookup(s => s.Agent, StringComparer.Ordinal);
        // An agent that only ever submitted was never declared: the pools know it, the directory does not.
        var specs = shares.ToDictionary(s => s.Key, s => s.First().Spec, StringComparer.Ordinal);
        foreach (var declared in await cluster.Directory.Agents()) specs[declared.Id] = declared;
        var (agents, cursor) = Pages.Cut([.. specs.Values.OrderBy(a => a.Id, StringComparer.Ordinal)], agent => agent.Id, query);
        return TypedResults.Ok(Pages.Make<AgentJson>(context, [.. agents.Select(agent => AgentJson.From(agent, shares[agent.Id]))], cursor));
    }

    private static async Task<Ok<AgentJson>> Get(string id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        if (!Names.IsValid(id)) throw await Unknown(cluster, id);
        var declared = await cluster.Directory.Agent(id);
        var shares = await Shares(cluster, id);
        return TypedResults.Ok(AgentJson.From(declared ?? shares.FirstOrDefault()?.Spec ?? throw await Unknown(cluster, id), shares));
    }

    private static async Task<Results<Ok<AgentJson>, Created<AgentJson>>> Put(string id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        PathNames.Require(id, "agent");
        var request = await RequestBody.Read(context, RestJson.Default.AgentRequest);
        PathNames.RequireSame(id, request.Id, "id");
        if (request.Weight is { } weight && !(weight > 0 && weight <= 1_000_000))
            throw GranaryException.Invalid($"weight: is {weight}; expected a number over 0 and up to 1,000,000");
        if (request.Group is { Length: > 0 } group && !group.Split('/').All(Names.IsValid))
            throw GranaryException.Invalid($"group: '{Text.Clip(group)}' is no group; write names separated by slashes, like research/energy");
        var spec = new AgentSpec { Id = id };
        spec = spec with
        {
            Weight = request.Weight ?? spec.Weight,
            Group = request.Group ?? spec.Group,
            Class = request.Class ?? spec.Class,
            Guarantee = request.Guarantee ?? spec.Guarantee,
            Limit = request.Limit ?? spec.Limit,
            Labels = request.Labels,
            Terms = Rate(request) is { } rate ? new AgentTerms { Rate = rate } : null,
        };
        var reply = await cluster.Directory.Apply(new([], [spec], []));
        var view = AgentJson.From(spec, await Shares(cluster, id));
        return reply.Created > 0 ? TypedResults.Created($"/api/agents/{id}", view) : TypedResults.Ok(view);
    }

    private static SubmitRate? Rate(AgentRequest request)
    {
        if (request.Rate is not { } text)
            return request.Burst is null ? null : throw GranaryException.Invalid("burst: needs a rate, like \"100/s\"");
        if (!SubmitRate.TryParseRate(text, out var perSecond))
            throw GranaryException.Invalid($"rate: '{Text.Clip(text)}' is no rate; write tasks in a time, like 100/s, 90/m or 5000/h");
        var rate = new SubmitRate(perSecond, request.Burst ?? SubmitRate.DefaultBurst(perSecond));
        return rate.Problem() is { } problem ? throw GranaryException.Invalid($"burst: {problem}") : rate;
    }

    private static async Task<IReadOnlyList<AgentShare>> Shares(Cluster cluster, string id) =>
        [.. (await Parallelism.Each(await cluster.PoolNames(), pool => cluster.Pool(pool).ShareOf(id))).OfType<AgentShare>()];

    private static async Task<GranaryException> Unknown(Cluster cluster, string id)
    {
        var near = Suggestion.For(id, (await cluster.Directory.Agents()).Select(a => a.Id));
        return GranaryException.NotFound($"no agent is named '{Text.Clip(id)}'; {(near is null ? "GET /api/agents lists them" : $"did you mean '{near}'?")}");
    }
}
