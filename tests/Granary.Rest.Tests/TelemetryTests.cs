using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

public sealed class TelemetryTests
{
    private static async Task<RestServer> Server()
    {
        var server = await RestServer.Start(time: new FixedTime());
        server.Cluster.DeclareNode(new NodeSpec { Name = "n1" });
        return server;
    }

    [Fact]
    public async Task A_metric_over_time_has_nulls_where_nothing_is_known()
    {
        await using var server = await Server();
        var json = await server.Get("/api/nodes/n1/telemetry?metric=cpu&from=-10m&to=5m&step=10s").Json();

        Assert.Equal(("n1", "cpu", "ratio", 10.0, 1.0, "measured"), ((string)json["node"]!, (string)json["metric"]!, (string)json["unit"]!, (double)json["step_s"]!, (double)json["resolution_s"]!, (string)json["quality"]!));
        Assert.Equal("[{\"at\":\"2026-01-31T12:00:00.000Z\",\"mean\":0.25,\"min\":0.1,\"max\":0.5,\"count\":10},{\"at\":\"2026-01-31T12:00:10.000Z\",\"mean\":null,\"min\":null,\"max\":null,\"count\":0}]",
            json["points"]!.ToJsonString());
        var asked = server.Cluster.Telemetry.Asked!;
        Assert.Equal((FixedTime.Now.AddMinutes(-10), FixedTime.Now.AddMinutes(-5), TimeSpan.FromSeconds(10)), (asked.From, asked.To, asked.Step));
    }

    [Fact]
    public async Task Last_values_are_listed_and_may_be_chosen_by_how_they_begin()
    {
        await using var server = await Server();
        var all = (await server.Get("/api/nodes/n1/metrics").Json()).AsArray();
        Assert.Equal(2, all.Count);
        Assert.Equal(("cpu", 0.1, "ratio", "measured"), ((string)all[0]!["metric"]!, (double)all[0]!["value"]!, (string)all[0]!["unit"]!, (string)all[0]!["quality"]!));
        Assert.Null(all[1]!["value"]);
        var one = Assert.Single((await server.Get("/api/nodes/n1/metrics?prefix=task.").Json()).AsArray());
        Assert.Equal("absent", (string)one!["quality"]!);
    }

    [Theory]
    [InlineData("/api/nodes/n1/telemetry", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/telemetry?metric=cpu&step=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/telemetry?metric=cpu&from=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/telemetry?metric=cpu&form=1h", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/telemetry?metric=cup", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n2/telemetry?metric=cpu", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n2/metrics", HttpStatusCode.NotFound)]
    public async Task What_is_wrong_is_said(string path, HttpStatusCode status)
    {
        await using var server = await Server();
        using var reply = await server.Get(path);
        Assert.Equal(status, reply.StatusCode);
    }

    private sealed class FixedTime : TimeProvider
    {
        public static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
