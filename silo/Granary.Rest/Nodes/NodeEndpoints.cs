using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Nodes;

/// <summary>Cordons, uncordons or drains a node, declares it, or both; what is not given stays as it is.</summary>
internal sealed record NodeRequest
{
    /// <summary>May repeat the path's name.</summary>
    public string? Name { get; init; }

    /// <summary><c>Cordoned</c>, <c>Ready</c> or <c>Draining</c>; also <c>cordon</c>, <c>uncordon</c>, <c>drain</c>.</summary>
    public string? State { get; init; }

    /// <summary>Declares the node in this pool; a new one is in <c>default</c> when not given.</summary>
    public string? Pool { get; init; }

    /// <summary>Declares what it has.</summary>
    public ResourceSet? Capacity { get; init; }

    /// <summary>Declares words that describe it.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Declares a node without processes: tasks take their declared duration.</summary>
    public bool? Simulated { get; init; }

    /// <summary>Declares what it is beyond its capacity: class, price, watts, NUMA nodes, speed.</summary>
    public NodeTraits? Traits { get; init; }

    internal bool Declares => Pool is not null || Capacity is not null || Labels is not null || Simulated is not null || Traits is not null;
}

/// <summary>List, look at, declare, cordon, uncordon and drain nodes.</summary>
internal static class NodeEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/nodes", List).Reads(400).Describe("ListNodes", "List nodes", "By name.")
            .WithParameters(("limit", "Rows of a page, 1 to 10,000."), ("cursor", "The cursor of the page before."));
        routes.MapGet("/api/nodes/{name}", Get).Reads(404).Describe("GetNode", "One node", "Capacity, use, health, its last reading, and what its machine is made of.");
        routes.MapPut("/api/nodes/{name}", Put).Changes(400, 404, 409, 415).Accepts<NodeRequest>("application/json")
            .Describe("PutNode", "Cordon, uncordon, drain or declare a node", "With state alone the node must exist; with any of pool, capacity, labels and simulated it is declared first.");
    }

    private static async Task<Ok<Page<NodeJson>>> List(HttpContext context, Cluster cluster)
    {
        var (names, cursor) = Pages.Cut(await cluster.NodeNames(), name => name, new QueryReader(context.Request, "limit", "cursor"));
        var views = await Parallelism.Each(names, name => cluster.Node(name).Describe());
        return TypedResults.Ok(Pages.Make<NodeJson>(context, [.. views.Select(NodeJson.From)], cursor));
    }

    private static async Task<Ok<NodeJson>> Get(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var node = await cluster.KnownNode(name);
        return TypedResults.Ok(NodeJson.From(await node.Describe(), InventoryJson.Decode(await node.Inventory())));
    }

    private static async Task<Results<Ok<NodeJson>, Created<NodeJson>>> Put(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        PathNames.Require(name, "node");
        var request = await RequestBody.Read(context, RestJson.Default.NodeRequest);
        PathNames.RequireSame(name, request.Name, "name");
        var change = request.State is { } state ? ChangeOf(state) : NodeChange.None;
        if (!request.Declares && change == NodeChange.None)
            throw GranaryException.Invalid("the body changes nothing; give a state (Cordoned, Ready or Draining), or declare pool, capacity, labels or simulated");
        var created = request.Declares && await Declare(name, request, cluster);
        var node = request.Declares ? cluster.Node(name) : await cluster.KnownNode(name);
        var view = NodeJson.From(await (change switch
        {
            NodeChange.Cordon => node.Cordon(),
            NodeChange.Uncordon => node.Uncordon(),
            NodeChange.Drain => node.Drain(),
            _ => node.Describe(),
        }));
        return created ? TypedResults.Created($"/api/nodes/{name}", view) : TypedResults.Ok(view);
    }

    private static async Task<bool> Declare(string name, NodeRequest request, Cluster cluster)
    {
        if (request.Pool is not null) PathNames.Require(request.Pool, "pool");
        var known = (await cluster.Directory.Nodes()).Contains(name, StringComparer.Ordinal);
        var spec = known ? (await cluster.Node(name).Describe()).Spec : new NodeSpec { Name = name };
        spec = spec with
        {
            Pool = request.Pool ?? spec.Pool,
            Capacity = request.Capacity ?? spec.Capacity,
            Labels = request.Labels ?? spec.Labels,
            Simulated = request.Simulated ?? spec.Simulated,
            Traits = request.Traits is { } traits ? traits with { Class = traits.Class ?? "" } : spec.Traits,
        };
        return (await cluster.Directory.Apply(new([], [], [spec]))).Created > 0;
    }

    private enum NodeChange
    {
        None,
        Cordon,
        Uncordon,
        Drain,
    }

    private static NodeChange ChangeOf(string state) => state.ToLowerInvariant() switch
    {
        "cordon" or "cordoned" => NodeChange.Cordon,
        "uncordon" or "ready" => NodeChange.Uncordon,
        "drain" or "draining" => NodeChange.Drain,
        _ => throw GranaryException.Invalid($"state: '{Text.Clip(state)}' cannot be asked for; expected Cordoned, Ready or Draining"),
    };
}
