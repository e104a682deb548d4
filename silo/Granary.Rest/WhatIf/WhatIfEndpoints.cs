using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.WhatIf;

/// <summary>Questions that change nothing.</summary>
internal static class WhatIfEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/whatif/submit", Submit).Reads(400, 404, 415).Accepts<TaskRequest>("application/json")
            .Describe("WhatIfSubmit", "What would become of a task", "The body is one task as for POST /api/tasks. Says whether it would be admitted, when and where it would start, and whom it would delay. Nothing is changed.");
        routes.MapPost("/api/whatif/node-loss", NodeLoss).Reads(400, 404, 415).Accepts<NodeLossRequest>("application/json")
            .Describe("WhatIfNodeLoss", "What the loss of a node would mean", "Which tasks would start again elsewhere, wait or be lost, and which promises would break. Nothing is changed.");
    }

    private static async Task<Ok<WhatIfSubmission>> Submit(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        using var body = await RequestBody.Document(context);
        var (pool, batch) = TaskAdmission.Read(body.RootElement, "");
        if (batch.Items.Count != 1) throw GranaryException.Invalid($"the body has {batch.Items.Count} items; ask for one at a time");
        return TypedResults.Ok(await cluster.Pool(pool).WhatIfSubmit(batch.Items[0]));
    }

    private static async Task<Ok<WhatIfNodeLoss>> NodeLoss(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.NodeLossRequest);
        if (request.Node is not { Length: > 0 } name) throw GranaryException.Invalid("node: is missing; name the node that would be lost");
        var node = await (await cluster.KnownNode(name)).Describe();
        return TypedResults.Ok(await cluster.Pool(node.Spec.Pool).WhatIfNodeLoss(name));
    }
}

/// <summary>Which node would be lost.</summary>
internal sealed record NodeLossRequest
{
    /// <summary>Its name.</summary>
    public string? Node { get; init; }
}
