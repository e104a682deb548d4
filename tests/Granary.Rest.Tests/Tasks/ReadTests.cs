using System.Net;
using System.Text.Json.Nodes;
using Granary.Model;

namespace Granary.Rest.Tests.Tasks;

public sealed class ReadTests
{
    [Theory]
    [InlineData("/api/tasks/default/2", false)]
    [InlineData("/api/tasks/2", false)]
    [InlineData("/api/tasks/default%2F2", false)]
    [InlineData("/api/tasks/default/2", true)]
    [InlineData("/api/tasks/2", true)]
    [InlineData("/api/tasks/default%2F2", true)]
    [InlineData("/api/tasks/default%2f2", true)]
    public async Task A_task_is_found_by_every_way_to_write_its_id(string path, bool socket)
    {
        await using var server = await Filled(socket);
        var json = await server.Get(path).Json();
        Assert.Equal("default/2", (string)json["id"]!);
        Assert.Equal("t2", (string)json["name"]!);
    }

    [Theory]
    [InlineData("/api/tasks/0", 400, "'0' is no task id")]
    [InlineData("/api/tasks/abc", 400, "'abc' is no task id")]
    [InlineData("/api/tasks/default/abc", 400, "'default/abc' is no task id")]
    [InlineData("/api/tasks/default/-1", 400, "no task id")]
    [InlineData("/api/tasks/default/99999999999999999999", 400, "no task id")]
    [InlineData("/api/tasks/default/99", 404, "no task default/99")]
    [InlineData("/api/tasks/nowhere/1", 404, "no task nowhere/1")]
    [InlineData("/api/tasks/default/1/logz", 404, "nothing is at")]
    [InlineData("/api/tasks/default/1?x=1", 400, "unknown query parameter 'x'")]
    [InlineData("/api/tasks/abc/explain", 400, "no task id")]
    [InlineData("/api/tasks/default/99/explain", 404, "no task default/99")]
    [InlineData("/api/tasks/default/99/logs", 404, "no task default/99")]
    public async Task What_is_not_there_is_told(string path, int status, string expected)
    {
        await using var server = await Filled();
        Assert.Contains(expected, await server.Get(path).Problem(status));
    }

    [Theory]
    [InlineData("", "gpu/2 gpu/1 default/5 default/4 default/3 default/2 default/1")]
    [InlineData("?pool=gpu", "gpu/2 gpu/1")]
    [InlineData("?agent=b", "default/4 default/2")]
    [InlineData("?state=running", "default/1")]
    [InlineData("?state=Running,Succeeded", "default/2 default/1")]
    [InlineData("?state=Running&state=Succeeded", "default/2 default/1")]
    [InlineData("?name=t3", "default/3")]
    [InlineData("?label=parity=even&label=kind=x", "default/4 default/2")]
    [InlineData("?since=2026-01-31T12:00:03Z&pool=default", "default/5 default/4 default/3")]
    [InlineData("?until=2026-01-31T12:00:02Z&pool=default", "default/1")]
    public async Task Lists_filter(string query, string expected)
    {
        await using var server = await Filled();
        var json = await server.Get("/api/tasks" + query).Json();
        Assert.Equal(expected.Split(' ').Order(), Ids(json).Order());
        Assert.Null(json["next"]);
    }

    [Theory]
    [InlineData("?stat=Running", "unknown query parameter 'stat'; did you mean 'state'?")]
    [InlineData("?state=Walking", "expected some of Queued, Placed")]
    [InlineData("?limit=0", "from 1 to 10000")]
    [InlineData("?limit=10001", "from 1 to 10000")]
    [InlineData("?limit=many", "expected a whole number")]
    [InlineData("?since=yesterday", "expected a time")]
    [InlineData("?label=lonely", "expected key=value")]
    [InlineData("?cursor=what", "pass the cursor of the page before")]
    [InlineData("?agent=a&agent=b", "is given 2 times")]
    public async Task Bad_filters_are_refused(string query, string expected)
    {
        await using var server = await Filled();
        Assert.Contains(expected, await server.Get("/api/tasks" + query).Problem(400));
    }

    [Fact]
    public async Task An_unknown_pool_is_told_with_the_nearest() =>
        Assert.Contains("did you mean 'default'?", await (await Filled()).Get("/api/tasks?pool=defalt").Problem(404));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task Pages_follow_each_other_over_pools_without_gap_or_repeat(int limit)
    {
        await using var server = await Filled();
        var ids = new List<string>();
        var pages = 0;
        for (var next = $"/api/tasks?limit={limit}"; next is not null; pages++)
        {
            Assert.True(pages < 10, "pages do not end");
            var reply = await server.Get(next);
            var json = await reply.Json();
            ids.AddRange(Ids(json));
            next = (string?)json["next"];
            Assert.Equal(next is null, !reply.Headers.Contains("Link"));
        }
        Assert.Equal(["default/5", "default/4", "default/3", "default/2", "default/1", "gpu/2", "gpu/1"], ids);
    }

    [Fact]
    public async Task Filters_travel_with_the_next_link()
    {
        await using var server = await Filled();
        var first = await server.Get("/api/tasks?agent=b&limit=1").Json();
        var second = await server.Get((string)first["next"]!).Json();
        Assert.Equal(["default/4", "default/2"], [.. Ids(first), .. Ids(second)]);
    }

    [Fact]
    public async Task Explain_gives_reason_evidence_and_next_step()
    {
        await using var server = await Filled();
        var json = await server.Get("/api/tasks/default/3/explain").Json();
        Assert.Equal("Capacity", (string)json["waiting"]!["reason"]!);
        Assert.StartsWith("needs cpu=2", (string)json["waiting"]!["evidence"]!);
        Assert.Equal("lower --cpu, or wait", (string)json["waiting"]!["next_step"]!);
        Assert.Equal("default/3", (string)json["task"]!["id"]!);
    }

    [Fact]
    public async Task Cancel_says_whether_it_is_over_under_way_or_too_late()
    {
        await using var server = await Filled();
        var queued = await server.Send(HttpMethod.Delete, "/api/tasks/3?reason=wrong%20input").Json();
        Assert.Equal(("Cancelled", "wrong input"), ((string)queued["state"]!, (string)queued["reason"]!));
        await server.Send(HttpMethod.Delete, "/api/tasks/default/3").Json();
        await server.Send(HttpMethod.Delete, "/api/tasks/default%2F1").Json(HttpStatusCode.Accepted);
        Assert.Contains("had ended already (Succeeded)", await server.Send(HttpMethod.Delete, "/api/tasks/default/2").Problem(409));
        Assert.Contains("no task default/99", await server.Send(HttpMethod.Delete, "/api/tasks/default/99").Problem(404));
    }

    private static IEnumerable<string> Ids(JsonNode page) => page["items"]!.AsArray().Select(row => (string)row!["id"]!);

    /// <summary>default/1 runs, default/2 has succeeded, the rest waits; even numbers are agent b's.</summary>
    private static async Task<RestServer> Filled(bool socket = false)
    {
        var server = await RestServer.Start(socket: socket);
        Fill("default", 5);
        Fill("gpu", 2);
        return server;

        void Fill(string pool, int count)
        {
            var tasks = server.Cluster.Declare(pool).Tasks;
            for (var n = 1; n <= count; n++)
            {
                var even = n % 2 == 0 && pool == "default";
                tasks.Add(new()
                {
                    Id = new(pool, n),
                    Spec = new()
                    {
                        Agent = even ? "b" : "a",
                        Name = pool == "default" ? $"t{n}" : "",
                        Command = ["true"],
                        Labels = even ? new Dictionary<string, string> { ["parity"] = "even", ["kind"] = "x" } : null,
                    },
                    State = pool == "gpu" || n > 2 ? TaskState.Queued : n == 1 ? TaskState.Running : TaskState.Succeeded,
                    WaitReason = pool == "gpu" || n > 2 ? WaitReason.Capacity : WaitReason.None,
                    Submitted = server.Cluster.Now.AddSeconds(n),
                });
            }
        }
    }
}
