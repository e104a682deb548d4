using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

public sealed class ForecastTests
{
    private static async Task<RestServer> Server()
    {
        var server = await RestServer.Start();
        server.Cluster.DeclareNode(new NodeSpec { Name = "n1" });
        return server;
    }

    [Fact]
    public async Task A_forecast_has_points_with_bounds_and_the_models_that_made_it()
    {
        await using var server = await Server();
        var json = await server.Get("/api/nodes/n1/forecast?ahead=1h").Json();
        Assert.Equal(("n1", "cpu", "ratio", 1800.0, "said so"), ((string)json["node"]!, (string)json["metric"]!, (string)json["unit"]!, (double)json["step_s"]!, (string)json["note"]!));
        Assert.Equal([(0.5, 0.25, 0.75), (0.25, 0, 0.5)], json["points"]!.AsArray().Select(p => ((double)p!["value"]!, (double)p["lower"]!, (double)p["upper"]!)));
        Assert.Equal("[{\"name\":\"theta\",\"weight\":1}]", json["models"]!.ToJsonString());
        var record = Assert.Single((await server.Get("/api/nodes/n1/forecasts").Json()).AsArray())!;
        Assert.Equal((0.01, 0.02, 0.91), ((double)record["error"]!, (double)record["naive_error"]!, (double)record["covered"]!));
    }

    [Fact]
    public async Task A_plan_has_both_allocations_of_each_agent_and_how_the_path_went()
    {
        await using var server = await Server();
        var json = await server.Get("/api/pools/default/plan").Json();
        Assert.Equal(("default", 4.0, true, 900, 0.04), ((string)json["pool"]!, (double)json["capacity"]!, (bool)json["advised"]!, (int)json["pairs"]!, (double)json["advantage"]!));
        Assert.Equal("[{\"agent\":\"a\",\"wanted\":3,\"used\":1.5,\"classical\":2,\"planned\":2.25}]", json["agents"]!.ToJsonString());
        Assert.Equal("[{\"name\":\"predict\",\"status\":\"done\",\"reason\":\"\",\"ms\":0.5}]", json["stages"]!.ToJsonString());
    }

    [Fact]
    public async Task Anomalies_say_what_was_usual_and_why_they_are_not()
    {
        await using var server = await Server();
        var json = await server.Get("/api/nodes/n1/anomalies?metric=cpu&since=2h&limit=5").Json();
        Assert.Equal(("n1", 60.0, "said so"), ((string)json["node"]!, (double)json["step_s"]!, (string)json["note"]!));
        Assert.Equal("[{\"metric\":\"cpu\",\"steps\":500,\"left_out\":2}]", json["watched"]!.ToJsonString());
        var found = Assert.Single(json["anomalies"]!.AsArray())!;
        Assert.Equal((0.95, 0.2, "jump", "95% after 20%"), ((double)found["value"]!, (double)found["expected"]!, (string)found["view"]!, (string)found["why"]!));
    }

    [Theory]
    [InlineData("/api/nodes/n1/capacity", "n1", "memory.used")]
    [InlineData("/api/pools/default/capacity", "default", "used/cpu")]
    public async Task Capacity_has_dates_or_says_that_too_little_is_known(string path, string name, string metric)
    {
        await using var server = await Server();
        var json = await server.Get(path).Json();
        Assert.Equal(name, (string)json["name"]!);
        var (dated, young) = (json["dates"]![0]!, json["dates"]![1]!);
        Assert.Equal((metric, 12, 2.0, 0.7), ((string)dated["metric"]!, (int)dated["days"]!, (double)dated["growth_per_day"]!, (double)dated["probability"]!));
        Assert.True((DateTimeOffset)dated["earliest"]! < (DateTimeOffset)dated["likely"]!);
        Assert.Null(dated["almost_surely"]);
        Assert.Equal("2 days of it are known; a trend needs 8", (string)young["note"]!);
    }

    [Fact]
    public async Task Run_times_are_quantiles_by_class_and_the_chance_to_meet_a_deadline()
    {
        await using var server = await Server();
        var json = Assert.Single((await server.Get("/api/pools/default/run-times?agent=a&class=train&deadline=3s").Json()).AsArray())!;
        Assert.Equal(("default", "a", "train", 0.75, "said so"), ((string)json["pool"]!, (string)json["agent"]!, (string)json["class"]!, (double)json["meets_deadline"]!, (string)json["note"]!));
        Assert.Equal("[{\"probability\":0.5,\"seconds\":2},{\"probability\":0.9,\"seconds\":4.5}]", json["quantiles"]!.ToJsonString());
        Assert.Equal("index", (string)(await server.Get("/api/pools/default/run-times?agent=a").Json())[0]!["class"]!);
    }

    [Theory]
    [InlineData("/api/nodes/n2/capacity", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n1/capacity?for=1h", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/none/capacity", HttpStatusCode.NotFound)]
    [InlineData("/api/pools/none/run-times?agent=a", HttpStatusCode.NotFound)]
    [InlineData("/api/pools/default/run-times", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/default/run-times?agent=a%20b", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/default/run-times?agent=a&deadline=soon", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/default/run-times?agent=a&deadline=0s", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n2/anomalies", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n1/anomalies?metric=gpu", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n1/anomalies?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/anomalies?limit=NaN", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/anomalies?since=soon", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/anomalies?ahead=1h", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/none/plan", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n1/forecast?ahead=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/forecast?for=1h", HttpStatusCode.BadRequest)]
    [InlineData("/api/nodes/n1/forecast?metric=gpu", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n2/forecast", HttpStatusCode.NotFound)]
    [InlineData("/api/nodes/n2/forecasts", HttpStatusCode.NotFound)]
    public async Task What_is_wrong_is_said(string path, HttpStatusCode status)
    {
        await using var server = await Server();
        using var reply = await server.Get(path);
        Assert.Equal(status, reply.StatusCode);
    }
}
