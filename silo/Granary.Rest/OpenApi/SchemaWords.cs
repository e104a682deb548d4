using System.Text.Json.Nodes;
using Granary.Abstractions.Json;
using Granary.Distribution.Requests;
using Granary.Model;
using Granary.Rest.Alerts;
using Granary.Rest.Allocation;
using Granary.Rest.Distributed;
using Granary.Rest.Energy;
using Granary.Rest.Http;
using Granary.Rest.Optimization;
using Granary.Rest.Profiling;
using Granary.Rest.Reservations;
using Granary.Rest.Services;
using Granary.Rest.Tasks;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Granary.Rest.OpenApi;

/// <summary>Says what the converters write: closed lists, quantities, durations and times.</summary>
internal static class SchemaWords
{
    public static Task Apply(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        var orNull = bare == type ? default : JsonSchemaType.Null;
        // Properties of requests are all nullable, so that what is missing is told by name; these must be there all the same.
        if (bare == typeof(TaskRequest)) schema.Required = new HashSet<string> { "agent" };
        else if (bare == typeof(TaskBatchRequest)) schema.Required = new HashSet<string> { "items" };
        else if (bare == typeof(ReservationRequest)) schema.Required = new HashSet<string> { "agent", "resources", "for" };
        else if (bare == typeof(ProfileRequest)) schema.Required = new HashSet<string> { "profile_type" };
        else if (bare == typeof(AllocationRequest)) schema.Required = new HashSet<string> { "allocation_type", "agent", "resources", "for" };
        else if (bare == typeof(DistributedRequest)) schema.Required = new HashSet<string> { "operation" };
        else if (bare == typeof(ServiceBody)) schema.Required = new HashSet<string> { "agent" };
        else if (bare == typeof(EnergyRequest)) schema.Required = new HashSet<string> { "target_reduction" };
        else if (bare == typeof(ApplyPlanBody)) schema.Required = new HashSet<string> { "run" };
        else if (bare == typeof(SilenceBody)) schema.Required = new HashSet<string> { "matchers", "for" };
        else if (bare == typeof(ResourceSet)) Resources(schema);
        else if (bare == typeof(TimeSpan))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Pattern = null;
            schema.Examples = ["30s", "5m", "2h"];
        }
        else if (bare == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Format = "date-time";
        }
        else if (bare == typeof(OneOrMany) || bare == typeof(WorkCommand))
        {
            schema.AnyOf = [new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text }, Text];
        }
        else if (bare == typeof(InputRequest))
        {
            schema.AnyOf = [Text, new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string> { "path" }, Description = "path, size (bytes, or text like 10Mi), at (nodes that have it)" }];
        }
        else if (bare == typeof(StatusWords))
        {
            schema.AnyOf = [new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text }, Text, new OpenApiSchema { Type = JsonSchemaType.Integer }];
        }
        else if (bare == typeof(ByteSize) || bare == typeof(WorkBytes))
        {
            schema.Type = JsonSchemaType.Integer | JsonSchemaType.String | orNull;
            schema.Examples = ["64Mi"];
        }
        else if (RestJson.Default.Options.Converters.FirstOrDefault(c => c is IClosedList && c.CanConvert(bare)) is IClosedList list)
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Enum = [.. list.Words.Select(word => (JsonNode)word)];
        }
        return Task.CompletedTask;
    }

    private static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    private static void Resources(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description ??= "Kubernetes quantities by resource: cpu, memory, gpu, gpu_memory, network (Mbit/s), storage (MiB/s), and custom names.";
        schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Number };
        schema.Examples = [new JsonObject { ["cpu"] = "500m", ["memory"] = "64Mi" }];
    }
}
