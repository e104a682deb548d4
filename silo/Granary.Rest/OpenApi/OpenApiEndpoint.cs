using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Granary.Rest.OpenApi;

/// <summary>Serves the description. It does not change while the server runs, so it is written once.</summary>
internal sealed class OpenApiEndpoint
{
    private byte[]? _json;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi/v1.json", new OpenApiEndpoint().Serve).ExcludeFromDescription().WithName("OpenApi");

    private async Task<FileContentHttpResult> Serve(HttpContext context, [FromKeyedServices("v1")] IOpenApiDocumentProvider documents)
    {
        _ = new QueryReader(context.Request);
        return TypedResults.File(_json ??= await Write(documents, context.RequestAborted), "application/json");
    }

    private static async Task<byte[]> Write(IOpenApiDocumentProvider documents, CancellationToken cancellation)
    {
        var document = await documents.GetOpenApiDocumentAsync(cancellation);
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1, cancellation);
        return stream.ToArray();
    }
}
