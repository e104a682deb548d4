using System.Net;
using System.Text.Json.Nodes;

namespace Granary.Rest.Tests;

public sealed class MoveTests
{
    private static async Task<RestServer> Started()
    {
        var server = await RestServer.Start();
        server.Cluster.Declare("default");
        return server;
    }

    [Theory]
    [InlineData("/api/tasks/7/migrate", "b")]
    [InlineData("/api/tasks/default/7/migrate?to=c&reason=heat", "c")]
    public async Task A_migration_says_from_where_to_where_and_what_is_lost(string path, string to)
    {
        await using var server = await Started();
        var json = await server.Send(HttpMethod.Post, path).Json(HttpStatusCode.Accepted);
        Assert.Equal(("default/7", "a", to, 12.5), ((string)json["task"]!, (string)json["from"]!, (string)json["to"]!, (double)json["lost_work_s"]!));
    }

    [Theory]
    [InlineData("/api/tasks/1/migrate?to=full", 409, "set aside for others")]
    [InlineData("/api/tasks/nowhere/1/migrate", 404, "no pool is named 'nowhere'")]
    [InlineData("/api/tasks/1/migrate?node=b", 400, "unknown query parameter 'node'")]
    [InlineData("/api/pools/nowhere/rebalance", 404, "no pool is named 'nowhere'")]
    [InlineData("/api/pools/default/rebalance?plan=all", 400, "expected one of load_based, priority_based, consolidate")]
    public async Task What_cannot_be_moved_is_told(string path, int status, string expected)
    {
        await using var server = await Started();
        Assert.Contains(expected, await server.Send(HttpMethod.Post, path).Problem(status), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "load_based", false)]
    [InlineData("?plan=consolidate&apply=true", "consolidate", true)]
    public async Task A_plan_is_shown_and_applied_only_when_asked_to(string query, string kind, bool applied)
    {
        await using var server = await Started();
        var json = await server.Send(HttpMethod.Post, "/api/pools/default/rebalance" + query).Json();
        Assert.Equal((kind, applied), ((string)json["plan"]!, (bool)json["applied"]!));
        var move = Assert.Single(json["moves"]!.AsArray())!;
        Assert.Equal(("default/1", "a", "b", 3), ((string)move["task"]!, (string)move["from"]!, (string)move["to"]!, (double)move["lost_work_s"]!));
        Assert.Equal((0.9, 0.5), ((double)json["nodes"]![0]!["before"]!, (double)json["nodes"]![0]!["after"]!));
        Assert.IsType<JsonArray>(json["freed"]);
    }
}
