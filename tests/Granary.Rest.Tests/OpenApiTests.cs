using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_route_is_described()
    {
        await using var server = await RestServer.Start();
        var paths = (await server.Get("/openapi/v1.json").Json())["paths"]!.AsObject();
        var described = paths.SelectMany(p => p.Value!.AsObject().Select(o => $"{o.Key.ToUpperInvariant()} {p.Key}")).ToHashSet();
        var routes = server.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m => $"{m} {e.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal)}")).ToList();
        Assert.True(routes.Count > 20);
        Assert.Empty(routes.Except(described).Except(["GET /openapi/v1.json"]));
        foreach (var operation in paths.SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!))
        {
            Assert.NotEmpty((string)operation["summary"]!);
            Assert.NotEmpty((string)operation["operationId"]!);
        }
    }

    [Fact]
    public async Task Bodies_are_described_with_closed_lists_and_examples()
    {
        await using var server = await RestServer.Start();
        var document = await server.Get("/openapi/v1.json").Json();
        var schemas = document["components"]!["schemas"]!;
        var submit = document["paths"]!["/api/tasks"]!["post"]!;
        Assert.Equal(2, submit["requestBody"]!["content"]!["application/json"]!["schema"]!["oneOf"]!.AsArray().Count);
        Assert.Equal(2, submit["requestBody"]!["content"]!["application/json"]!["examples"]!.AsObject().Count);
        Assert.Contains(submit["parameters"]!.AsArray(), p => (string)p!["name"]! == "Idempotency-Key");
        Assert.Contains("409", submit["responses"]!.AsObject().Select(r => r.Key));
        Assert.Equal(["low", "normal", "high", "critical"], Words(schemas["PriorityClass"] ?? schemas["AgentJson"]!["properties"]!["class"]!));
        Assert.Equal("agent", (string)Assert.Single(schemas["TaskRequest"]!["required"]!.AsArray())!);
        Assert.Equal("integer", (string)schemas["TaskJson"]!["properties"]!["priority"]!["type"]!);
        Assert.Contains("200", document["paths"]!["/api/tasks/{id}/logs"]!["get"]!["responses"]!.AsObject().Select(r => r.Key));
        Assert.NotEmpty((string)schemas["TaskRequest"]!["properties"]!["count"]!["description"]!);
        foreach (var reference in References(document)) Assert.NotNull(schemas[reference]);

        static IEnumerable<string> Words(JsonNode schema) => schema["enum"]!.AsArray().Select(w => (string)w!);
    }

    /// <summary>Examples that are shown must be accepted.</summary>
    [Fact]
    public async Task Examples_are_accepted()
    {
        await using var server = await RestServer.Start();
        server.Cluster.DeclareNode(new() { Name = "x" });
        // what paths of tasks name is work for a person
        await (await server.Post("""{"agent":"a","manual":{"instructions":"look","form":{"verdict":"accept|reject"}}}""")).Json(System.Net.HttpStatusCode.Created);
        var paths = (await server.Get("/openapi/v1.json").Json())["paths"]!.AsObject();
        var tried = 0;
        foreach (var (path, method, content) in paths.SelectMany(p => p.Value!.AsObject().Select(o => (p.Key, o.Key, o.Value!["requestBody"]?["content"]?["application/json"]))))
        {
            if (content is null) continue;
            var examples = content["example"] is { } one ? [one] : content["examples"]!.AsObject().Select(e => e.Value!["value"]!).ToArray();
            foreach (var example in examples)
            {
                var reply = await server.Send(new(method.ToUpperInvariant()), path.Replace("/api/tasks/{id}", "/api/tasks/1").Replace("{pool}/{number}", "default/1").Replace("{name}", "x").Replace("{id}", "x").Replace("{path}", "x").Replace("{backend}", "b2"), example.ToJsonString());
                Assert.True(reply.IsSuccessStatusCode, $"{path}: {await reply.Content.ReadAsStringAsync()}");
                tried++;
            }
        }
        Assert.True(tried >= 9, $"only {tried} examples were found");
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" && p.Value is JsonValue v && ((string)v!).StartsWith("#/components/schemas/", StringComparison.Ordinal)
            ? [((string)v!)["#/components/schemas/".Length..]]
            : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
