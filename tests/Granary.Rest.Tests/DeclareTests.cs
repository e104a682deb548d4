using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

public sealed class DeclareTests
{
    [Fact]
    public async Task A_pool_is_created_changed_read_and_listed()
    {
        await using var server = await RestServer.Start();
        var created = await server.Put("/api/pools/lab", """{"strategy":"ml_adaptive","mode":"Aggressive","cohort":"c1"}""").Json(HttpStatusCode.Created);
        Assert.Equal(("ml_adaptive", "aggressive", "c1"), ((string)created["strategy"]!, (string)created["mode"]!, (string)created["cohort"]!));
        var changed = await server.Put("/api/pools/lab", """{"name":"lab","strategy":"fifo"}""").Json();
        Assert.Equal(("fifo", "balanced", null), ((string)changed["strategy"]!, (string)changed["mode"]!, (string?)changed["cohort"]));
        Assert.Equal("fifo", (string)(await server.Get("/api/pools/lab").Json())["strategy"]!);
        var list = await server.Get("/api/pools").Json();
        Assert.Equal(["default", "lab"], list["items"]!.AsArray().Select(p => (string)p!["name"]!));
        Assert.Equal("4", (string)list["items"]![0]!["capacity"]!["cpu"]!);
    }

    [Fact]
    public async Task What_a_pool_lends_is_declared_and_shown()
    {
        await using var server = await RestServer.Start();
        var created = await server.Put("/api/pools/lab", """{"cohort":"c1","lending":{"limit":{"cpu":8},"borrow_limit":{},"weight":2}}""").Json(HttpStatusCode.Created);
        var lending = server.Cluster.Pools["lab"].Spec.Policy!.Lending!;
        Assert.Equal((8000, true, 2.0), (lending.LendingLimit!.CpuMilli, lending.BorrowingLimit!.IsZero, lending.Weight));
        Assert.Equal(("8", 2.0), ((string)created["lending"]!["limit"]!["cpu"]!, (double)created["lending"]!["weight"]!));
        Assert.Empty(created["loans"]!.AsArray());
    }

    [Fact]
    public async Task An_agent_is_created_changed_read_and_listed_with_its_shares()
    {
        await using var server = await RestServer.Start();
        var created = await server.Put("/api/agents/safety",
            """{"weight":4,"class":"critical","group":"ops/safety","guarantee":{"cpu":1},"limit":{"memory":"2Gi"},"labels":{"domain":"safety"}}""").Json(HttpStatusCode.Created);
        Assert.Equal("critical", (string)created["class"]!);
        var spec = server.Cluster.Agents["safety"];
        Assert.Equal((4.0, PriorityClass.Critical, "ops/safety", 1000, 2048), (spec.Weight, spec.Class, spec.Group, spec.Guarantee.CpuMilli, spec.Limit.MemoryMiB));
        server.Cluster.Pools["default"].AgentShares.Add(new() { Agent = "safety", Pool = "default", Spec = spec, DominantShare = 0.25, Queued = 3 });
        var one = await server.Get("/api/agents/safety").Json();
        Assert.Equal((0.25, 3), ((double)one["shares"]![0]!["dominant_share"]!, (int)one["shares"]![0]!["queued"]!));
        var all = await server.Get("/api/agents").Json();
        Assert.Equal(0.25, (double)all["items"]![0]!["shares"]![0]!["dominant_share"]!);
        await server.Put("/api/agents/safety", "{}").Json();
        Assert.Equal(1, server.Cluster.Agents["safety"].Weight);
    }

    [Fact]
    public async Task An_agent_may_have_a_rate_and_lose_it()
    {
        await using var server = await RestServer.Start();
        await server.Put("/api/agents/bulk", """{"rate":"90/m","burst":500}""").Json(HttpStatusCode.Created);
        Assert.Equal(new SubmitRate(1.5, 500), server.Cluster.Agents["bulk"].Terms!.Rate);
        await server.Put("/api/agents/bulk", """{"rate":"100/s"}""").Json();
        Assert.Equal(new SubmitRate(100, 100), server.Cluster.Agents["bulk"].Terms!.Rate);
        await server.Put("/api/agents/bulk", "{}").Json();
        Assert.Null(server.Cluster.Agents["bulk"].Terms);
    }

    [Fact]
    public async Task An_agent_that_only_submitted_is_there_too()
    {
        await using var server = await RestServer.Start();
        server.Cluster.Agents["b"] = new() { Id = "b", Weight = 5 };
        foreach (var id in new[] { "a", "b" })
            server.Cluster.Pools["default"].AgentShares.Add(new() { Agent = id, Pool = "default", Spec = new() { Id = id }, Queued = 1 });
        Assert.Equal(1, (double)(await server.Get("/api/agents/a").Json())["weight"]!);
        var list = (await server.Get("/api/agents").Json())["items"]!.AsArray();
        Assert.Equal([("a", 1.0), ("b", 5.0)], list.Select(a => ((string)a!["id"]!, (double)a["weight"]!)));
    }

    [Fact]
    public async Task A_node_is_declared_cordoned_uncordoned_and_drained()
    {
        await using var server = await RestServer.Start();
        var created = await server.Put("/api/nodes/n1", """{"capacity":{"cpu":64,"memory":"256Gi","gpu":8},"simulated":true,"labels":{"rack":"r1"}}""").Json(HttpStatusCode.Created);
        Assert.Equal(("Declared", "default", "256Gi", "8", true),
            ((string)created["state"]!, (string)created["pool"]!, (string)created["capacity"]!["memory"]!, (string)created["capacity"]!["gpu"]!, (bool)created["simulated"]!));
        foreach (var (word, state) in new[] { ("cordon", "Cordoned"), ("Ready", "Ready"), ("Draining", "Draining"), ("uncordon", "Ready"), ("Cordoned", "Cordoned"), ("drain", "Draining") })
            Assert.Equal(state, (string)(await server.Put("/api/nodes/n1", $$"""{"state":"{{word}}"}""").Json())["state"]!);
        var moved = await server.Put("/api/nodes/n1", """{"labels":{"rack":"r2"},"state":"ready"}""").Json();
        Assert.Equal(("r2", "64", "Ready"), ((string)moved["labels"]!["rack"]!, (string)moved["capacity"]!["cpu"]!, (string)moved["state"]!));
        Assert.Equal("n1", (string)(await server.Get("/api/nodes").Json())["items"]![0]!["name"]!);
        Assert.Equal("n1", (string)(await server.Get("/api/nodes/n1").Json())["name"]!);
    }

    [Theory]
    [InlineData("/api/agents/a", """{"rate":"fast"}""", 400, "rate: 'fast' is no rate; write tasks in a time, like 100/s, 90/m or 5000/h")]
    [InlineData("/api/agents/a", """{"burst":5}""", 400, "burst: needs a rate, like")]
    [InlineData("/api/agents/a", """{"rate":"1/s","burst":0}""", 400, "burst: burst 0 is not valid; use 1 to 10000000 tasks")]
    [InlineData("/api/pools/lab", """{"strategy":"random"}""", 400, "strategy: expected one of fair, fifo")]
    [InlineData("/api/pools/lab", """{"stratgy":"fifo"}""", 400, "did you mean 'strategy'?")]
    [InlineData("/api/pools/lab", """{"name":"other"}""", 400, "name: is 'other', but the path says 'lab'")]
    [InlineData("/api/pools/lab", """{"cohort":"not a name"}""", 400, "is no name of a cohort")]
    [InlineData("/api/pools/-lab", "{}", 400, "is no name of a pool")]
    [InlineData("/api/agents/a", """{"weight":0}""", 400, "weight: is 0")]
    [InlineData("/api/agents/a", """{"weight":1000001}""", 400, "weight: is 1000001")]
    [InlineData("/api/agents/a", """{"weight":"4"}""", 400, "weight: expected a number, found the text \"4\"")]
    [InlineData("/api/agents/a", """{"class":"urgent"}""", 400, "class: expected one of low, normal, high, critical")]
    [InlineData("/api/agents/a", """{"group":"x//y"}""", 400, "group: 'x//y' is no group")]
    [InlineData("/api/agents/a", """{"guarantee":{"cpu":"much"}}""", 400, "guarantee: 'much' is not a quantity for cpu")]
    [InlineData("/api/agents/a%20b", "{}", 400, "is no name of an agent")]
    [InlineData("/api/nodes/n1", "{}", 400, "the body changes nothing")]
    [InlineData("/api/nodes/n1", """{"state":"Lost"}""", 400, "state: 'Lost' cannot be asked for")]
    [InlineData("/api/nodes/n1", """{"state":"cordon"}""", 404, "no node is named 'n1'")]
    [InlineData("/api/nodes/n1", """{"pool":"nowhere"}""", 404, "no pool is named 'nowhere'")]
    public async Task Bad_declarations_are_refused(string path, string body, int status, string expected)
    {
        await using var server = await RestServer.Start();
        Assert.Contains(expected, await server.Put(path, body).Problem(status));
        Assert.Empty(server.Cluster.Agents);
        Assert.Empty(server.Cluster.Nodes);
    }

    [Theory]
    [InlineData("/api/pools/defualt", "no pool is named 'defualt'; did you mean 'default'?")]
    [InlineData("/api/pools/xyz", "GET /api/pools lists them")]
    [InlineData("/api/agents/nobody", "no agent is named 'nobody'")]
    [InlineData("/api/nodes/nothing", "no node is named 'nothing'")]
    public async Task What_was_never_declared_is_not_found(string path, string expected) =>
        Assert.Contains(expected, await (await RestServer.Start()).Get(path).Problem(404));

    [Theory]
    [InlineData("/api/pools")]
    [InlineData("/api/agents")]
    [InlineData("/api/nodes")]
    public async Task Lists_page_by_name(string path)
    {
        await using var server = await RestServer.Start();
        server.Cluster.Pools.Clear();
        foreach (var name in new[] { "c", "a", "B", "d", "e" })
        {
            server.Cluster.Declare(name);
            server.Cluster.Agents[name] = new() { Id = name };
            server.Cluster.DeclareNode(new() { Name = name });
        }
        var names = new List<string>();
        for (var next = $"{path}?limit=2"; next is not null;)
        {
            Assert.True(names.Count < 10, "pages do not end");
            var page = await server.Get(next).Json();
            names.AddRange(page["items"]!.AsArray().Select(row => (string)(row!["name"] ?? row["id"])!));
            next = (string?)page["next"];
        }
        Assert.Equal(["B", "a", "c", "d", "e"], names);
    }

    [Fact]
    public async Task A_repeated_change_is_made_once()
    {
        await using var server = await RestServer.Start();
        var first = await server.Send(HttpMethod.Put, "/api/agents/a", """{"weight":2}""", ("Idempotency-Key", "x"));
        server.Cluster.Agents.Clear();
        var second = await server.Send(HttpMethod.Put, "/api/agents/a", """{"weight":2}""", ("Idempotency-Key", "x"));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Empty(server.Cluster.Agents);
        Assert.Contains("used for another request", await server.Send(HttpMethod.Put, "/api/agents/b", """{"weight":2}""", ("Idempotency-Key", "x")).Problem(422));
    }
}
