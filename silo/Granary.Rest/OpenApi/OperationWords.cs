using System.Text.Json.Nodes;
using Granary.Rest.Agents;
using Granary.Rest.Alerts;
using Granary.Rest.Allocation;
using Granary.Rest.Distributed;
using Granary.Rest.Energy;
using Granary.Rest.Groups;
using Granary.Rest.Http;
using Granary.Rest.Inbox;
using Granary.Rest.Nodes;
using Granary.Rest.Optimization;
using Granary.Rest.Pools;
using Granary.Rest.Profiling;
using Granary.Rest.Repeats;
using Granary.Rest.Reservations;
using Granary.Rest.Services;
using Granary.Rest.Tasks;
using Granary.Rest.WhatIf;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Granary.Rest.OpenApi;

/// <summary>Adds to an operation what its handler reads by itself: query parameters, the Idempotency-Key, examples of bodies.</summary>
internal static class OperationWords
{
    private static readonly IReadOnlyDictionary<Type, string> Examples = new Dictionary<Type, string>
    {
        [typeof(TaskRequest)] = """{"agent":"literature","name":"index","command":["sh","-c","sha256sum /usr/bin/* > /dev/null"],"resources":{"cpu":"500m","memory":"64Mi"},"count":20,"priority":5,"deadline":"60s","duration":"2s","retries":2}""",
        [typeof(PoolRequest)] = """{"strategy":"ml_adaptive","mode":"balanced","cohort":"lab"}""",
        [typeof(GroupRequest)] = """{"weight":2,"guarantee":{"cpu":1},"limit":{"cpu":8}}""",
        [typeof(AgentRequest)] = """{"weight":4,"class":"critical","guarantee":{"cpu":1},"limit":{"memory":"2Gi"}}""",
        [typeof(EnergyRequest)] = """{"target_reduction":0.2,"lasts":"2h"}""",
        [typeof(OptimizeBody)] = """{"pool":"default","preferences":{"latency":4,"fairness":2},"plans":10}""",
        [typeof(ApplyPlanBody)] = """{"pool":"default","run":"1f2e3d4c","plan":"recommended"}""",
        [typeof(ReservationRequest)] = """{"agent":"safety","resources":{"cpu":2,"memory":"1Gi"},"from":"+10m","for":"5m","every":"day","count":7}""",
        [typeof(AllocationRequest)] = """{"allocation_type":"reserve","agent":"safety","resources":{"cpu":2},"from":"2030-01-31T08:00:00Z","for":"1h"}""",
        [typeof(DistributedRequest)] = """{"operation":"distribute","agent":"literature","name":"hash","command":["sha256sum","{}"],"resources":{"cpu":"500m"},"inputs":[{"path":"/data/a","size":"10Mi","at":["n1"]},"/data/b"],"batch":{"goal":"5s"}}""",
        [typeof(ProfileRequest)] = """{"profile_type":"system"}""",
        [typeof(AcknowledgeBody)] = """{"by":"ann","comment":"looking at it"}""",
        [typeof(SilenceBody)] = """{"matchers":{"rule":"disk-*","node":"n1"},"for":"2h","by":"ann","comment":"a new disk comes"}""",
        [typeof(NodeLossRequest)] = """{"node":"x"}""",
        [typeof(CompletionRequest)] = """{"by":"alice","fields":{"verdict":"accept"},"note":"looks right"}""",
        [typeof(ClaimRequest)] = """{"by":"alice"}""",
        [typeof(ServiceBody)] = """{"agent":"lab","algorithm":"power_of_two","probe":{"path":"/health"},"backends":[{"name":"b1","url":"http://127.0.0.1:8080"}]}""",
        [typeof(ServiceBackendBody)] = """{"url":"http://127.0.0.1:8081","weight":2}""",
        [typeof(NodeRequest)] = """{"state":"Cordoned"}""",
    };

    private const string BatchExample = """{"items":[{"agent":"literature","name":"prepare","command":["true"]},{"agent":"literature","command":["sleep","1"],"after":["prepare"]}]}""";

    public static async Task Apply(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(context.Description.RelativePath ?? ""), context.Document) };
        operation.Parameters ??= [];
        foreach (var (name, text) in metadata.OfType<QueryParameters>().SelectMany(p => p.List))
            operation.Parameters.Add(Parameter(name, ParameterLocation.Query, text));
        if (metadata.OfType<RepeatableChange>().Any())
            operation.Parameters.Add(Parameter(RepeatFilter.Header, ParameterLocation.Header,
                "1 to 64 visible characters, such as a UUID. A repeat with the same key gets the first reply instead of making the change again."));
        if (operation.RequestBody?.Content is not { } content || metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType is not { } type) return;
        foreach (var media in content.Values)
        {
            if (Examples.TryGetValue(type, out var example)) media.Example = JsonNode.Parse(example);
            if (type == typeof(TaskRequest) && metadata.OfType<RepeatableChange>().Any()) await OneOrMany(media, context, cancellation);
        }
    }

    private static async Task OneOrMany(OpenApiMediaType media, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var batch = await context.GetOrCreateSchemaAsync(typeof(TaskBatchRequest), null, cancellation);
        context.Document?.AddComponent(nameof(TaskBatchRequest), batch);
        media.Examples = new Dictionary<string, IOpenApiExample>
        {
            ["array"] = new OpenApiExample { Summary = "Twenty tasks that share a spec", Value = media.Example },
            ["batch"] = new OpenApiExample { Summary = "Two tasks, the second after the first", Value = JsonNode.Parse(BatchExample) },
        };
        media.Example = null;
        media.Schema = new OpenApiSchema { OneOf = [media.Schema!, new OpenApiSchemaReference(nameof(TaskBatchRequest), context.Document)] };
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation place, string text) =>
        new() { Name = name, In = place, Description = text, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static string TagOf(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api", var what, ..] => what,
            [var first, ..] => first,
            _ => "overview",
        };
    }
}
