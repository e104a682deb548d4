using System.Text.Json;
using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Shards;

/// <summary>A pool of three parts as its users meet it: one server, four node agents, a fleet file, the command line.</summary>
public sealed class ShardedPoolTests
{
    private const string Fleet = """
        pools:
          - { name: hot, shards: 3 }
        agents:
          - { id: wide, weight: 2 }
          - { id: narrow, limit: { cpu: 1 } }
        """;

    [Fact]
    public async Task IsOnePoolToEverybody_AndLosesNothing_WhenItsServerIsKilled()
    {
        await using var server = await StartAsync();
        var witness = new Witness(server);
        var running = new List<string>();
        for (var i = 0; i < 4; i++) running.AddRange(await SubmitAsync(server, "wide", 2, witness.Spec(0, gated: true)));
        await witness.UntilStartedAsync(8);
        var waiting = await SubmitAsync(server, "wide", 3, witness.Spec(0));
        var limited = await SubmitAsync(server, "narrow", 2, witness.Spec(0, gated: true));
        string[] all = [.. running, .. waiting, .. limited];
        Assert.Equal(Enumerable.Range(1, 13).Select(n => $"hot/{n}"), all);
        await AssertOneViewAsync(server, all, running: 8, queued: 5);
        var explained = await server.JsonAsync("explain", waiting[0]);
        Assert.Equal(waiting[0], explained.GetProperty("task").GetProperty("id").GetString());
        Assert.NotEqual(JsonValueKind.Null, explained.GetProperty("waiting").ValueKind);
        // every node runs what it holds: no part is left out
        var nodes = (await server.JsonAsync("tasks", "--pool", "hot", "--state", "running")).EnumerateArray().Select(t => t.GetProperty("node").GetString()!);
        Assert.Equal(["n0", "n0", "n1", "n1", "n2", "n2", "n3", "n3"], nodes.Order(StringComparer.Ordinal));

        await using var client = await server.ConnectAsync();
        var waits = client.WaitAsync([.. running.Select(Id)], TimeSpan.FromSeconds(100));
        await server.KillAsync();
        await server.UpAsync();
        await AssertOneViewAsync(server, all, running: 8, queued: 5);

        // one that waits and one that runs are cancelled by their numbers, wherever they are
        (await server.RunAsync("cancel", waiting[2], running[7])).Expect(0);
        (await server.RunAsync("wait", waiting[2], running[7])).Expect(1);
        witness.OpenGate();
        Assert.Equal([.. Enumerable.Repeat(TaskState.Succeeded, 7), TaskState.Cancelled], (await waits).Select(t => t.State));
        (await server.RunAsync(["wait", .. all[..7], .. waiting[..2], .. limited])).Expect(0);
        var ended = (await server.JsonAsync("tasks", "--pool", "hot")).EnumerateArray().ToDictionary(t => t.GetProperty("id").GetString()!, t => t.GetProperty("state").GetString());
        Assert.Equal(all.Order(StringComparer.Ordinal), ended.Keys.Order(StringComparer.Ordinal));
        Assert.All(ended, t => Assert.Equal(t.Key == waiting[2] || t.Key == running[7] ? "Cancelled" : "Succeeded", t.Value));
        var pool = await PoolAsync(server);
        Assert.Equal((11, 2, 0), (pool.GetProperty("succeeded").GetInt32(), pool.GetProperty("cancelled").GetInt32(), pool.GetProperty("queued").GetInt32()));
        var said = (await SubmitAsync(server, "wide", 1, Specs.Sh("echo from hot")))[0];
        (await server.RunAsync("wait", said)).Expect(0);
        Assert.Equal("from hot\n", (await server.RunAsync("logs", said)).Expect(0).Output);
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task RunsEveryAcknowledgedTaskOnce_WhenItsServerAndAnAgentAreKilledUnderLoad()
    {
        await using var server = await StartAsync();
        var witness = new Witness(server);
        await using var client = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var submitting = SubmitUntilAsync();
        for (var kill = 0; kill < 2; kill++)
        {
            var ends = witness.Ends;
            await witness.UntilAsync(log => log.Count(t => t.What == "end") >= ends + 12, "the tasks stand still");
            await server.KillAsync();
            await server.UpAsync();
        }
        await stop.CancelAsync();
        var acknowledged = await submitting;
        Assert.All(await client.WaitAsync(acknowledged, TimeSpan.FromSeconds(90)), t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
        var all = new List<TaskId>();
        await foreach (var task in client.ListAsync("hot")) all.Add(task.Id);
        Assert.Equal(acknowledged.Order(), all.Order());

        async Task<List<TaskId>> SubmitUntilAsync()
        {
            var ids = new List<TaskId>();
            for (var round = 0; !stop.IsCancellationRequested && round < 80; round++)
            {
                var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0.1).Asking(200) with { Agent = $"a{round % 3}" }, 3)], "hot");
                ids.AddRange(submitted.Ids);
                while (!stop.IsCancellationRequested && ids.Count - witness.Ends > 24)
                    await client.WaitAsync(submitted.Ids[0], TimeSpan.FromSeconds(60), CancellationToken.None);
            }
            return ids;
        }
    }

    [Fact]
    public async Task ItsPartsAreNobodysOutside()
    {
        await using var server = await StartAsync(nodes: 0);
        const string line = "'hot~0' is no pool name: parts of a sharded pool are not called by themselves; use hot";
        foreach (var arguments in (string[][])[["submit", "--agent", "a", "--pool", "hot~0", "--", "true"], ["tasks", "--pool", "hot~0"], ["quota", "--pool", "hot~0"]])
            (await server.RunAsync(arguments)).ExpectError(2, line);
        foreach (var command in (string[])["task", "logs", "wait", "cancel", "explain"]) (await server.RunAsync(command, "hot~0/1")).ExpectError(2, "hot~0/1");
        var file = server.WriteFile("parts.yaml", "pools:\n  - { name: hot~0 }\n");
        (await server.RunAsync("validate", file)).ExpectError(2, "hot~0");
        (await server.RunAsync("apply", file)).ExpectError(2, "hot~0");
        (await server.RunAsync("node", "--join", server.Gateway, "--name", "stray", "--pool", "hot~0")).ExpectError(2, line);
        using var http = new HttpClient { BaseAddress = server.Http, Timeout = Until.Patience };
        using var put = await http.PutAsync("/api/pools/hot~0", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, put.StatusCode);
        Assert.Contains("use hot", await put.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // past all names: the grain itself, with the token of the server
        var client = await server.ClientAsync();
        var refused = await Assert.ThrowsAsync<GranaryException>(() => client.Cluster.GetGrain<IPoolGrain>("hot~0").Submit(new SubmitBatch("", [new SubmitItem(Specs.Of("true"))])));
        Assert.Equal((ErrorCode.Invalid, line), (refused.Code, refused.Message));
        Assert.Equal(["default", "hot"], (await client.PoolNamesAsync()).Order(StringComparer.Ordinal));
    }

    private static async Task<TestServer> StartAsync(int nodes = 4)
    {
        var server = await TestServer.StartAsync("--no-node");
        (await server.RunAsync("apply", server.WriteFile("fleet.yaml", Fleet))).Expect(0);
        for (var i = 0; i < nodes; i++) await server.JoinAsync($"n{i}", "cpu=2,memory=256Mi", "--pool", "hot");
        return server;
    }

    private static async Task<string[]> SubmitAsync(TestServer server, string agent, int count, TaskSpec spec) =>
        (await server.RunAsync(["submit", "--agent", agent, "--pool", "hot", "--cpu", "1", "--memory", "8Mi", "--name", "witness", "--count", $"{count}", "--", .. spec.Command])).Expect(0).Lines;

    private static TaskId Id(string text) => TaskId.TryParse(text, out var id) ? id : throw new FormatException(text);

    private static async Task<JsonElement> PoolAsync(TestServer server) =>
        (await server.JsonAsync("pools")).EnumerateArray().Single(p => p.GetProperty("name").GetString() == "hot");

    /// <summary>Every listing says the same of the whole pool.</summary>
    private static async Task AssertOneViewAsync(TestServer server, string[] ids, int running, int queued)
    {
        await Until.TrueAsync(async () => (await PoolAsync(server)).GetProperty("running").GetInt32() == running, () => $"not {running} run\n{server.Said}");
        var pool = await PoolAsync(server);
        Assert.Equal((queued, "8"), (pool.GetProperty("queued").GetInt32(), pool.GetProperty("capacity").GetProperty("cpu").GetString()));
        Assert.Equal(ids, (await server.RunAsync("tasks", "--pool", "hot", "-o", "name")).Expect(0).Lines);
        var quota = (await server.JsonAsync("quota", "--pool", "hot")).EnumerateArray().ToList();
        Assert.Single(quota, q => q.ToString().Contains("\"wide\"", StringComparison.Ordinal));
        Assert.DoesNotContain('~', (await server.RunAsync("pools", "-o", "json")).Expect(0).Output);
    }
}
