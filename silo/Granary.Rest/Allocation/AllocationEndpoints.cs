using System.Text.Json.Serialization;
using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Repeats;
using Granary.Rest.Reservations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Allocation;

/// <summary>Resources for an agent, and how they are wanted.</summary>
internal sealed record AllocationRequest : ReservationRequest
{
    /// <summary><c>allocate</c>: capacity from now on. <c>reserve</c>: capacity in a time window, as <c>POST /api/reservations</c> does.</summary>
    public string? AllocationType { get; init; }
}

/// <summary>What was allocated, or why nothing was and what is available.</summary>
/// <param name="Success">True when it was.</param>
/// <param name="AllocationId">What to give it up by; null when refused.</param>
/// <param name="AllocatedResources">What is set aside; nothing when refused.</param>
/// <param name="StartTime">From when.</param>
/// <param name="EndTime">Until when.</param>
/// <param name="Nodes">What of it is on which node.</param>
/// <param name="Errors">Why it was refused; empty when it was not.</param>
/// <param name="Available">When refused: what is free all through the time that was asked for.</param>
/// <param name="EarliestStart">When refused: the earliest time from which it could be had; null when there is none.</param>
/// <param name="Notes">What the caller should know.</param>
internal sealed record AllocationJson(
    bool Success,
    string? AllocationId,
    ResourceSet AllocatedResources,
    DateTimeOffset? StartTime,
    DateTimeOffset? EndTime,
    IReadOnlyList<ReservationPiece> Nodes,
    IReadOnlyList<string> Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ResourceSet? Available,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? EarliestStart,
    IReadOnlyList<string> Notes);

/// <summary><c>POST /resources/allocate</c>: one kind of allocation each has a file of its own.</summary>
internal static partial class AllocationEndpoints
{
    private const string Allocate = "allocate";
    private const string Reserve = "reserve";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/resources/allocate", Post).Changes(400, 404, 415).Produces<AllocationJson>(409).Accepts<AllocationRequest>("application/json")
            .Describe("AllocateResources", "Allocate resources to an agent", "With allocation_type allocate: capacity for the agent from now on, for as long as is said. With reserve: in a time window. DELETE /api/reservations/{id} gives it up. 409 when it cannot be honoured, with what is available.");

    private static async Task<Results<Ok<AllocationJson>, Conflict<AllocationJson>>> Post(HttpContext context, Cluster cluster, TimeProvider time)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.AllocationRequest);
        var pool = await cluster.KnownPool(request.Pool ?? TaskId.DefaultPool);
        var reply = request.AllocationType switch
        {
            Reserve => await ReserveIn(pool, request, RepeatFilter.KeyOf(context.Request) ?? "", time.GetUtcNow()),
            Allocate => await AllocateIn(pool, request, RepeatFilter.KeyOf(context.Request) ?? "", time.GetUtcNow()),
            null => throw GranaryException.Invalid($"allocation_type: is missing; it can be {Allocate} or {Reserve}"),
            var other => throw GranaryException.Invalid($"allocation_type: expected {Allocate} or {Reserve}, found '{Text.Clip(other)}'"),
        };
        return reply.Success ? TypedResults.Ok(reply) : TypedResults.Conflict(reply);
    }
}
