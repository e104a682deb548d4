using System.Security.Cryptography;
using System.Text;
using Granary.Abstractions.Json;
using Granary.Distribution.Requests;
using Granary.Model;
using Granary.Rest.Access;
using Granary.Rest.Http;
using Granary.Rest.Repeats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Distributed;

/// <summary>Work in partitions, and what is wanted of it.</summary>
internal sealed record DistributedRequest : WorkRequest
{
    /// <summary><c>distribute</c> begins work; <c>monitor</c> says how far <c>id</c> is.</summary>
    public string? Operation { get; init; }

    /// <summary>For <c>monitor</c>.</summary>
    public string? Id { get; init; }
}

/// <summary>Begin, list, look at and cancel partitioned work.</summary>
internal static class DistributedEndpoints
{
    private const string Distribute = "distribute";
    private const string Monitor = "monitor";
    private const int MostPartitions = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/resources/distributed", Post).Changes(400, 404, 409, 415).Accepts<DistributedRequest>("application/json")
            .Describe("DistributeWork", "Distribute work in partitions, or monitor it", "With operation distribute: partitions by count, size or data become tasks; 201 once the work is durable. With monitor: how far the work of that id is.");
        routes.MapGet("/api/work", List).Reads(400).Describe("ListWork", "List partitioned work", "Newest first: all that runs, and the last 200 that ended.");
        routes.MapGet("/api/work/{id}", Get).Reads(400, 404).Describe("GetWork", "How far partitioned work is", "");
        routes.MapGet("/api/work/{id}/partitions", Partitions).Reads(400, 404).Describe("ListPartitions", "The partitions of work", "In the order of stages and numbers, each with the task whose result counts.")
            .WithParameters(("from", "Leaves out so many; 0 when not given."), ("limit", "Rows of a page, 1 to 10,000; 1,000 when not given."));
        routes.MapDelete("/api/work/{id}", Cancel).Changes(400, 404).Describe("CancelWork", "Cancel partitioned work", "Its tasks are stopped. What has ended stays as it is.").WithParameters(("reason", "Shown as its reason."));
    }

    private static async Task<Results<Created<WorkJson>, Ok<WorkJson>>> Post(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.DistributedRequest);
        switch (request.Operation)
        {
            case Distribute:
                if (request.Id is not null) throw GranaryException.Invalid("id: is given by the server; leave it out, and send an Idempotency-Key to be able to repeat the call");
                var spec = request.ToSpec();
                var id = IdFor(context);
                return TypedResults.Created($"/api/work/{id}", WorkJson.From(await cluster.Work(id).Distribute(spec)));
            case Monitor:
                if (request.Id is not { Length: > 0 } known) throw GranaryException.Invalid("id: is missing; say which work, GET /api/work lists it");
                return TypedResults.Ok(WorkJson.From(await cluster.KnownWork(known).Monitor()));
            case null:
                throw GranaryException.Invalid($"operation: is missing; it can be {Distribute} or {Monitor}");
            case var other:
                throw GranaryException.Invalid($"operation: expected {Distribute} or {Monitor}, found '{Text.Clip(other)}'");
        }
    }

    private static async Task<Ok<Page<WorkEntryJson>>> List(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(new Page<WorkEntryJson>([.. (await cluster.WorkList.List()).Select(WorkEntryJson.From)], null, null));
    }

    private static async Task<Ok<WorkJson>> Get(string id, HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.Ok(WorkJson.From(await cluster.KnownWork(id).Monitor()));
    }

    private static async Task<Ok<Page<PartitionJson>>> Partitions(string id, HttpContext context, Cluster cluster)
    {
        var query = new QueryReader(context.Request, "from", "limit");
        var (from, limit) = ((int)query.Number("from", 0, 0, WorkSpec.MostPartitions), (int)query.Number("limit", 1000, 1, MostPartitions));
        var rows = await cluster.KnownWork(id).Partitions(from, limit);
        return TypedResults.Ok(new Page<PartitionJson>([.. rows.Select(PartitionJson.From)], null, null));
    }

    private static async Task<Ok<WorkJson>> Cancel(string id, HttpContext context, Cluster cluster)
    {
        var reason = new QueryReader(context.Request, "reason").Text("reason");
        if (reason.Length > 200) throw GranaryException.Invalid($"query parameter 'reason' has {reason.Length} characters; at most 200 are kept");
        return TypedResults.Ok(WorkJson.From(await cluster.KnownWork(id).Cancel(reason.ReplaceLineEndings(" "))));
    }

    /// <summary>A repeat under the same key is the same work, after a restart too.</summary>
    private static string IdFor(HttpContext context) => RepeatFilter.KeyOf(context.Request) is { } key
        ? "w-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{CurrentCaller.Of(context).Id} {key}")).AsSpan(0, 6))
        : "w-" + Guid.NewGuid().ToString("N")[..12];
}
