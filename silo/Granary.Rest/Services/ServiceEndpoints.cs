using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Services;

/// <summary>Declare, look at and remove services of agents and their backends.</summary>
internal static class ServiceEndpoints
{
    private const string One = "/api/services/{name}";
    private const string Backend = "/api/services/{name}/backends/{backend}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/services", List).Reads(400).Describe("ListServices", "List services", "By name; an agent-owner sees those of its agents.")
            .WithParameters(("agent", "Only this agent's."), ("limit", "Rows of a page, 1 to 10,000."), ("cursor", "The cursor of the page before."));
        routes.MapGet(One, Get).Reads(404).Describe("GetService", "One service", "What it is like, its backends, and how the server that answers sees them.");
        routes.MapPut(One, Put).Changes(400, 404, 409, 415).Accepts<ServiceBody>("application/json")
            .Describe("PutService", "Declare a service or change what it is like", "Requests to /services/{name}/... go on to its backends from then on.");
        routes.MapDelete(One, Delete).Changes(404).Describe("RemoveService", "Remove a service", "Requests under way go on.");
        routes.MapPut(Backend, PutBackend).Changes(400, 404, 409, 415).Accepts<ServiceBackendBody>("application/json")
            .Describe("PutBackend", "Add a backend or change one", "Weights and draining count from the next request on. With a task it goes when that ends.");
        routes.MapDelete(Backend, DeleteBackend).Changes(404).Describe("RemoveBackend", "Remove a backend", "Requests under way go on; drain it first to see when the last has ended.");
    }

    private static async Task<Ok<Page<ServiceEntryJson>>> List(HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "agent", "limit", "cursor");
        var agent = query.Text("agent");
        var (rows, cursor) = Pages.Cut([.. (await cluster.Services.List()).Where(s => agent.Length == 0 || s.Agent == agent)], s => s.Name, query);
        return TypedResults.Ok(Pages.Make<ServiceEntryJson>(context, [.. rows.Select(ServiceEntryJson.From)], cursor));
    }

    private static async Task<Ok<ServiceJson>> Get(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(Shown(context, await cluster.KnownService(name).Get()));
    }

    private static async Task<Results<Ok<ServiceJson>, Created<ServiceJson>>> Put(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        PathNames.Require(name, "service");
        var body = await RequestBody.Read(context, RestJson.Default.ServiceBody);
        PathNames.RequireSame(name, body.Name, "name");
        var request = body.Request(name);
        var isNew = (await cluster.Services.List()).All(s => s.Name != name);
        var view = await Known(context, await cluster.KnownService(name).Set(request));
        return isNew ? TypedResults.Created($"/api/services/{name}", view) : TypedResults.Ok(view);
    }

    private static async Task<Ok<ServiceJson>> Delete(string name, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(await Known(context, await cluster.KnownService(name).Remove()));
    }

    private static async Task<Ok<ServiceJson>> PutBackend(string name, string backend, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        PathNames.Require(backend, "backend");
        var body = await RequestBody.Read(context, RestJson.Default.ServiceBackendBody);
        PathNames.RequireSame(backend, body.Name, "name");
        return TypedResults.Ok(await Known(context, await cluster.KnownService(name).SetBackend(body.Change(backend))));
    }

    private static async Task<Ok<ServiceJson>> DeleteBackend(string name, string backend, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(await Known(context, await cluster.KnownService(name).RemoveBackend(backend)));
    }

    /// <summary>What passes requests on here knows of a change before the reply to it.</summary>
    private static async Task<ServiceJson> Known(HttpContext context, ServiceView view)
    {
        if (context.RequestServices.GetService<IServiceStandings>() is { } standings) await standings.RefreshAsync(context.RequestAborted);
        return Shown(context, view);
    }

    private static ServiceJson Shown(HttpContext context, ServiceView view) =>
        ServiceJson.From(view, context.RequestServices.GetService<IServiceStandings>()?.Of(view.Spec.Name));
}
