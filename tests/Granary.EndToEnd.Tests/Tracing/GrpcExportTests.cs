using System.Net.Http.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Tracing;

public sealed class GrpcExportTests
{
    [Fact]
    public async Task Spans_and_instruments_reach_a_collector_by_gRPC_which_is_the_default()
    {
        await using var collector = await GrpcCollector.StartAsync();
        await using var server = TestServer.Prepare("--no-node");
        server.Environment["GRANARY__Telemetry__Otlp__Endpoint"] = collector.Endpoint;
        server.Environment["GRANARY__Telemetry__Otlp__Headers"] = "authorization=Bearer of-the-test";
        server.Environment["GRANARY__Telemetry__Otlp__SpansEvery"] = "00:00:00.1";
        server.Environment["GRANARY__Telemetry__Otlp__MetricsEvery"] = "00:00:01";
        await server.UpAsync();
        using var http = new HttpClient { BaseAddress = server.Http };
        http.DefaultRequestHeaders.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        using var reply = await http.PostAsJsonAsync("/api/tasks", new { agent = "a", command = new[] { "true" } });
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        await Until.TrueAsync(
            () => Task.FromResult(collector.Messages.Spans.Any(s => s is { Service: "granary-server", Name: "pool submit" }) && collector.Messages.Instruments.ContainsKey(("granary-server", "granary.submissions"))),
            () => $"what came: {string.Join(", ", collector.Calls.Distinct())}; {string.Join(", ", collector.Messages.Spans.Select(s => s.Name).Distinct())}");
        Assert.All(collector.Calls, c => Assert.Equal(("HTTP/2", "Bearer of-the-test"), (c.Protocol, c.Authorization)));
    }
}
