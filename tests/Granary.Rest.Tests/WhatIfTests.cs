namespace Granary.Rest.Tests;

public sealed class WhatIfTests
{
    [Fact]
    public async Task A_submission_is_answered_and_nothing_is_admitted()
    {
        await using var server = await RestServer.Start();
        var json = await server.Send(HttpMethod.Post, "/api/whatif/submit", """{"agent": "a", "command": ["true"], "resources": {"cpu": "2"}}""").Json();
        Assert.True((bool)json["admitted"]!);
        Assert.Equal(3, (int)json["position"]!);
        Assert.Empty((await server.Get("/api/tasks").Json())["items"]!.AsArray());
        Assert.False((bool)(await server.Send(HttpMethod.Post, "/api/whatif/submit", """{"agent": "nobody", "command": ["true"]}""").Json())["admitted"]!);
    }

    [Fact]
    public async Task The_loss_of_a_node_is_answered()
    {
        await using var server = await RestServer.Start();
        server.Cluster.DeclareNode(new() { Name = "n1" });
        var json = await server.Send(HttpMethod.Post, "/api/whatif/node-loss", """{"node": "n1"}""").Json();
        Assert.Equal("n1", (string)json["node"]!);
        Assert.Equal("default/7", (string)json["broken_promises"]![0]!);
    }

    [Theory]
    [InlineData("/api/whatif/submit", "{}", 400, "agent")]
    [InlineData("/api/whatif/submit", """{"items": [{"agent": "a", "command": ["x"]}, {"agent": "a", "command": ["x"]}]}""", 400, "one at a time")]
    [InlineData("/api/whatif/node-loss", "{}", 400, "node: is missing")]
    [InlineData("/api/whatif/node-loss", """{"node": "n9"}""", 404, "n9")]
    public async Task What_is_wrong_is_told(string path, string body, int status, string expected)
    {
        await using var server = await RestServer.Start();
        Assert.Contains(expected, await server.Send(HttpMethod.Post, path, body).Problem(status));
    }
}
