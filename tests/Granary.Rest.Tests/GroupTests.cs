using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

/// <summary>Groups, quotas, templates and policies.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task A_group_is_created_changed_read_and_listed()
    {
        await using var server = await RestServer.Start();
        var created = await server.Put("/api/groups/research/energy", """{"weight":2,"guarantee":{"cpu":1},"limit":{"cpu":"4"}}""").Json(HttpStatusCode.Created);
        Assert.Equal(("research/energy", 2.0, "1", "4"), ((string)created["path"]!, (double)created["weight"]!, (string)created["guarantee"]!["cpu"]!, (string)created["limit"]!["cpu"]!));
        await server.Put("/api/groups/research/energy", "{}").Json();
        server.Cluster.Pools["default"].GroupShareList.Add(new() { Pool = "default", Spec = new() { Path = "other" }, Weight = 3, FairShare = 0.25, Queued = 2 });
        Assert.Equal(0, (double)(await server.Get("/api/groups/research/energy").Json())["weight"]!);
        var list = (await server.Get("/api/groups").Json())["items"]!.AsArray();
        Assert.Equal(["other", "research/energy"], list.Select(g => (string)g!["path"]!));
        Assert.Equal(0.25, (double)list[0]!["shares"]![0]!["owed"]!);
    }

    [Theory]
    [InlineData("a/9/$", "{}", "'a/9/$' is no group; write up to 8 names")]
    [InlineData("a", """{"weight":-1}""", "weight: is -1; expected 0, for the sum of its members' weights, or up to 1,000,000")]
    [InlineData("a", """{"wieght":1}""", "did you mean 'weight'?")]
    [InlineData("a", """{"path":"b"}""", "path: is 'b', but the path says 'a'")]
    public async Task A_group_that_cannot_be_is_refused(string path, string body, string expected)
    {
        await using var server = await RestServer.Start();
        Assert.Contains(expected, await server.Put("/api/groups/" + path, body).Problem(400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_not_found()
    {
        await using var server = await RestServer.Start();
        Assert.Equal("no group is named 'a/b'; GET /api/groups lists them, PUT /api/groups/{path} makes one", await server.Get("/api/groups/a/b").Problem(404));
    }

    [Fact]
    public async Task Quota_says_how_groups_and_agents_stand()
    {
        await using var server = await RestServer.Start();
        var pool = server.Cluster.Pools["default"];
        pool.GroupShareList.Add(new() { Pool = "default", Spec = new() { Path = "lab" }, Weight = 3, DominantShare = 0.6, FairShare = 0.5 });
        pool.AgentShares.Add(new()
        {
            Agent = "x",
            Pool = "default",
            Spec = new() { Id = "x", Group = "lab", Weight = 2, Guarantee = new() { CpuMilli = 1000 } },
            EffectiveWeight = 2.5,
            FairShare = 0.2,
            Queued = 1,
        });
        var rows = (await server.Get("/api/quota?pool=default").Json()).AsArray();
        Assert.Equal([("group", "lab", "over_share"), ("agent", "x", "unmet_guarantee,starved")],
            rows.Select(r => ((string)r!["kind"]!, (string)r["name"]!, string.Join(",", r["standing"]!.AsArray().Select(s => (string)s!)))));
        Assert.Equal(2.5, (double)rows[1]!["effective_weight"]!);
        Assert.Contains("no pool is named 'lost'", await server.Get("/api/quota?pool=lost").Problem(404), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_takes_a_template_and_what_differs_from_it()
    {
        await using var server = await RestServer.Start();
        var created = await server.Put("/api/pools/lab", """{"template":"safety-protocols","policy":{"preemption":{"most_victims":3,"grace":"20s"},"fairness":{"use_half_life":"5m"}}}""").Json(HttpStatusCode.Created);
        Assert.Equal(("sla", "conservative", "safety-protocols"), ((string)created["strategy"]!, (string)created["mode"]!, (string)created["template"]!));
        var spec = server.Cluster.Pools["lab"].Spec;
        var template = PoolTemplates.Of("safety-protocols")!.Policy!;
        Assert.Equal(template.Preemption! with { MostVictims = 3, Grace = TimeSpan.FromSeconds(20) }, spec.Policy!.Preemption);
        Assert.Equal("20s", (string)created["policy"]!["preemption"]!["grace"]!);
        Assert.Equal(TimeSpan.FromMinutes(5), spec.Policy.Fairness!.UseHalfLife);
        Assert.Equal(template.Tasks, spec.Policy.Tasks);
        // What was read can be written back.
        var again = await server.Put("/api/pools/lab", new System.Text.Json.Nodes.JsonObject { ["strategy"] = "sla", ["mode"] = "conservative", ["policy"] = created["policy"]!.DeepClone() }.ToJsonString()).Json();
        Assert.Equal(created["policy"]!.ToJsonString(), again["policy"]!.ToJsonString());
        Assert.Contains("did you mean 'safety-protocols'?", await server.Put("/api/pools/lab", """{"template":"safety-protocol"}""").Problem(400), StringComparison.Ordinal);
        Assert.Contains("policy.fairness", await server.Put("/api/pools/lab", """{"policy":{"fairness":{"use_half_life":"soon"}}}""").Problem(400), StringComparison.Ordinal);
    }
}
