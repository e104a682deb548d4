using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

public sealed class ProfileTests
{
    private static async Task<RestServer> Server()
    {
        var server = await RestServer.Start();
        server.Cluster.DeclareNode(new NodeSpec { Name = "n1" });
        server.Cluster.Declare("default");
        return server;
    }

    [Fact]
    public async Task A_system_is_reported_node_by_node()
    {
        await using var server = await Server();
        var json = await server.Send(HttpMethod.Post, "/resources/profile", """{"profile_type":"system"}""").Json();
        Assert.Equal(("system", "node n1", "cpu"), ((string)json["profile_type"]!, (string)json["reports"]![0]!["of"]!, (string)json["reports"]![0]!["bottlenecks"]![0]!["kind"]!));
        Assert.Null(json["profile"]);
    }

    [Fact]
    public async Task A_profile_is_taken_when_a_duration_is_given()
    {
        await using var server = await Server();
        var json = await server.Send(HttpMethod.Post, "/resources/profile", """{"profile_type":"system","node":"n1","duration":"1s","mode":"cpu"}""").Json();
        Assert.Equal(("p1", "node n1", "work"), ((string)json["profile"]!["id"]!, (string)json["profile"]!["target"]!, (string)json["profile"]!["hot"]![0]!["function"]!));
        Assert.Equal("cpu", server.Cluster.Nodes["n1"].Ordered!.Mode);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest, "profile_type: is missing")]
    [InlineData("""{"profile_type":"planet"}""", HttpStatusCode.BadRequest, "system or module")]
    [InlineData("""{"profile_type":"system","task":"default/1"}""", HttpStatusCode.BadRequest, "of a module")]
    [InlineData("""{"profile_type":"module"}""", HttpStatusCode.BadRequest, "exactly one")]
    [InlineData("""{"profile_type":"module","task":"x/y/z"}""", HttpStatusCode.BadRequest, "no task id")]
    [InlineData("""{"profile_type":"module","task":"default/9"}""", HttpStatusCode.NotFound, "no task")]
    [InlineData("""{"profile_type":"module","agent":"nobody"}""", HttpStatusCode.NotFound, "no running task")]
    [InlineData("""{"profile_type":"system","node":"n2"}""", HttpStatusCode.NotFound, "n1")]
    [InlineData("""{"profile_type":"system","node":"n1","duration":"10m"}""", HttpStatusCode.BadRequest, "duration")]
    [InlineData("""{"profile_type":"system","duration":"1s"}""", HttpStatusCode.BadRequest, "name it in node")]
    [InlineData("""{"profile_type":"system","nodes":"n1"}""", HttpStatusCode.BadRequest, "nodes")]
    public async Task What_is_wrong_is_said(string body, HttpStatusCode status, string expected)
    {
        await using var server = await Server();
        var reply = await server.Send(HttpMethod.Post, "/resources/profile", body);
        Assert.Equal(status, reply.StatusCode);
        Assert.Contains(expected, await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
