using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Granary.Rest.OpenApi;

/// <summary>The description at <c>/openapi/v1.json</c>: made from the endpoints and records themselves, with what they cannot say added.</summary>
internal static class GranaryOpenApi
{
    private const string Scheme = "token";

    public static IServiceCollection AddGranaryOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddSchemaTransformer(SchemaWords.Apply);
        options.AddOperationTransformer(OperationWords.Apply);
        options.AddDocumentTransformer((document, context, cancellation) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Granary",
                Version = "v1",
                Description = "Shares machines fairly between fleets of agents. Errors are problem details (RFC 9457) with one line that says what, where and what would help. "
                    + "Quantities are Kubernetes', durations are like 30s, times are RFC 3339 in UTC. Lists page by cursor; every change takes an Idempotency-Key.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "Needed when the server listens beyond loopback: the text of the file named token in its data directory.",
                },
            };
            // An empty requirement beside it: on loopback no token is needed.
            document.Security = [new OpenApiSecurityRequirement(), new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
    });
}
