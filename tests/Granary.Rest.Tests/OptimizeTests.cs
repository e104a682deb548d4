using System.Net;

namespace Granary.Rest.Tests;

public sealed class OptimizeTests
{
    [Fact]
    public async Task A_run_has_plans_to_choose_from_and_how_each_stage_went()
    {
        await using var server = await RestServer.Start();
        var json = await server.Send(HttpMethod.Post, "/api/optimize", """{"preferences":{"latency":4}}""").Json();
        Assert.Equal(("1f2e3d4c", "default", "forecast", "1", 12, 0.75), ((string)json["run"]!, (string)json["pool"]!, (string)json["basis"]!, (string)json["recommended"]!, (int)json["found"]!, (double)json["hypervolume"]!));
        Assert.Equal("""{"latency":4,"throughput":0,"utilisation":0,"fairness":0}""", json["preferences"]!.ToJsonString());
        Assert.Equal("""{"plan":"1","marks":["recommended","knee"],"latency_s":0.5,"throughput":1,"utilisation":0.8,"fairness":0.9,"score":0.1,"shares":[{"agent":"a","cores":3,"weight":2.5}]}""", Assert.Single(json["front"]!.AsArray())!.ToJsonString());
        Assert.Equal("max-min", (string)json["rules"]![0]!["plan"]!);
        Assert.Equal("""[{"name":"predict","status":"done","reason":"","ms":0.5}]""", json["stages"]!.ToJsonString());
    }

    [Fact]
    public async Task A_plan_is_applied_and_undone()
    {
        await using var server = await RestServer.Start();
        var json = await server.Send(HttpMethod.Post, "/api/optimize/applied", """{"run":"1f2e3d4c"}""").Json();
        Assert.Equal(("recommended", 3.0, 2.5), ((string)json["plan"]!, (double)json["weights"]![0]!["before"]!, (double)json["weights"]![0]!["after"]!));
        json = await server.Send(HttpMethod.Delete, "/api/optimize/applied").Json();
        Assert.StartsWith("somebody set it", (string)json["weights"]![0]!["note"]!, StringComparison.Ordinal);
        using var none = await server.Get("/api/optimize/applied");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("/api/optimize", """{"pool":"none"}""", HttpStatusCode.NotFound)]
    [InlineData("/api/optimize", """{"preferences":{"latency":-1}}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize", """{"preferences":{}}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize", """{"preferences":{"speed":1}}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize", """{"preferences":{"latency":1e999}}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize", """{"plans":0}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize", """{"plans":51}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize?pool=default", "{}", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize/applied", "{}", HttpStatusCode.BadRequest)]
    [InlineData("/api/optimize/applied", """{"run":"other"}""", HttpStatusCode.NotFound)]
    [InlineData("/api/optimize/applied", """{"run":"1f2e3d4c","pool":"none"}""", HttpStatusCode.NotFound)]
    public async Task What_is_wrong_is_said(string path, string body, HttpStatusCode status)
    {
        await using var server = await RestServer.Start();
        using var reply = await server.Send(HttpMethod.Post, path, body);
        Assert.Equal(status, reply.StatusCode);
    }
}
