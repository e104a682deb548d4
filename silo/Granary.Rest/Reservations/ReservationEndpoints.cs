using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Repeats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Reservations;

/// <summary>Make, list, look at and give up reservations.</summary>
internal static class ReservationEndpoints
{
    private const string ById = "/api/reservations/{id}";
    private const string ByPoolAndNumber = "/api/reservations/{pool}/{number}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/reservations", Post).Changes(400, 404, 409, 415).Accepts<ReservationRequest>("application/json")
            .Describe("Reserve", "Set capacity aside for an agent", "409 when it cannot be honoured, with what is available and from when it would fit.");
        routes.MapGet("/api/reservations", List).Reads(400, 404)
            .Describe("ListReservations", "List reservations", "Pools by name, in each those that have not ended and the last 100 that have, in the order they were made.")
            .WithParameters(("pool", "Only this pool."), ("agent", "Only this agent's."), ("state", "Only upcoming, active or ended ones."));
        routes.MapGet(ById, (string id, HttpContext context, Cluster cluster) => Get(Parse(id), context, cluster)).Reads(400, 404)
            .Describe("GetReservation", "One reservation", "The id with its slash encoded (default%2Fr1), or rN in the pool default.");
        routes.MapGet(ByPoolAndNumber, (string pool, string number, HttpContext context, Cluster cluster) => Get(Parse($"{pool}/{number}"), context, cluster)).Reads(400, 404)
            .Describe("GetReservationOfPool", "One reservation", "");
        routes.MapDelete(ById, (string id, HttpContext context, Cluster cluster) => Delete(Parse(id), context, cluster)).Changes(400, 404)
            .Describe("Unreserve", "Give a reservation up", "What runs in it goes on.");
        routes.MapDelete(ByPoolAndNumber, (string pool, string number, HttpContext context, Cluster cluster) => Delete(Parse($"{pool}/{number}"), context, cluster)).Changes(400, 404)
            .Describe("UnreserveOfPool", "Give a reservation up", "");
    }

    private static async Task<Results<Created<ReservationJson>, ProblemHttpResult>> Post(HttpContext context, Cluster cluster, TimeProvider time)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.ReservationRequest);
        var pool = await cluster.KnownPool(request.Pool ?? TaskId.DefaultPool);
        var reply = await pool.Reserve(new ReserveRequest(RepeatFilter.KeyOf(context.Request) ?? "", request.Spec(time.GetUtcNow())));
        if (reply.Reservation is { } made) return TypedResults.Created($"/api/reservations/{made.Id}", ReservationJson.From(made));
        var problem = Problems.Details(context, 409, reply.Error);
        problem.Extensions["available"] = reply.Available;
        problem.Extensions["earliest_start"] = reply.EarliestStart;
        return TypedResults.Problem(problem);
    }

    private static async Task<Ok<Page<ReservationJson>>> List(HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "pool", "agent", "state");
        var (pool, agent, state) = (query.Text("pool"), query.Text("agent"), query.Text("state"));
        ReservationState? wanted = state.Length == 0 ? null : new ReservationStateConverter().TryParse(state, out var parsed) ? parsed
            : throw GranaryException.Invalid($"query parameter 'state' is '{Text.Clip(state)}'; it can be upcoming, active or ended");
        IReadOnlyList<string> names = pool.Length == 0 ? await cluster.PoolNames() : [pool];
        if (pool.Length > 0) _ = await cluster.KnownPool(pool);
        var lists = await Parallelism.Each(names, name => cluster.Pool(name).Reservations());
        var rows = lists.SelectMany(l => l).Where(r => (agent.Length == 0 || r.Spec.Agent == agent) && (wanted is null || r.State == wanted));
        return TypedResults.Ok(new Page<ReservationJson>([.. rows.Select(ReservationJson.From)], null, null));
    }

    private static async Task<Ok<ReservationJson>> Get(ReservationId id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var all = await (await cluster.KnownPool(id.Pool)).Reservations();
        return all.FirstOrDefault(r => r.Id == id.ToString()) is { } view
            ? TypedResults.Ok(ReservationJson.From(view))
            : throw GranaryException.NotFound($"no reservation {id}; GET /api/reservations lists them");
    }

    private static async Task<Ok<ReservationJson>> Delete(ReservationId id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(ReservationJson.From(await (await cluster.KnownPool(id.Pool)).Unreserve(id.Number)));
    }

    private static ReservationId Parse(string text) =>
        ReservationId.TryParse(text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), out var id)
            ? id
            : throw GranaryException.Invalid($"'{Text.Clip(text)}' is no reservation id; an id is POOL/rN, or rN in the pool default");
}
