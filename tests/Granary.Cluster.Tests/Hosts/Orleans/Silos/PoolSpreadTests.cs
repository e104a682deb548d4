using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.Cluster.Tests.Silos;

/// <summary>Pools are spread over the servers of a cluster, and so are the parts of one.</summary>
public sealed class PoolSpreadTests(ITestOutputHelper output)
{
    private const int Pools = 12;

    [Fact]
    public async Task Several_pools_are_held_by_more_than_one_server_and_each_answers_through_any()
    {
        await using var cluster = await TestCluster.StartAsync();
        var client = await cluster.ClientAsync();
        string[] pools = [.. Enumerable.Range(0, Pools).Select(i => $"pool-{i:00}")];
        foreach (var pool in pools) await client.Cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Apply(new ApplyRequest([new PoolSpec { Name = pool }], [], []));
        foreach (var pool in pools) await client.SubmitAsync(Specs.Of("true"), pool);
        var held = await TellAsync(cluster, pools);
        // the placement goes by their names
        Assert.True(held.Count > 1, "one server holds all pools");
        Assert.All(held, server => Assert.InRange(server.Value.Count, 1, Pools - 2));
        foreach (var server in cluster.Servers)
        {
            await using var through = await cluster.ConnectAsync([server]);
            Assert.All(await through.PoolsAsync(), p => Assert.Equal(p.Spec.Name == "default" ? 0 : 1, p.Queued));
            foreach (var pool in pools) Assert.Equal(WaitReason.NoNodes, (await through.GetAsync(new TaskId(pool, 1))).WaitReason);
        }
    }

    [Fact]
    public async Task A_sharded_pool_is_held_by_several_servers_and_loses_nothing_while_two_of_them_are_killed()
    {
        await using var cluster = await TestCluster.StartAsync();
        var witness = new Witness(cluster.Root);
        var client = await cluster.ClientAsync();
        var spec = new PoolSpec { Name = "hot", Policy = new PoolPolicy { Shards = 3 } };
        await client.Cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Apply(new ApplyRequest([spec], [], []));
        for (var i = 0; i < 3; i++) await JoinAsync(cluster, $"n{i}");
        string[] grains = ["hot", .. Enumerable.Range(0, 3).Select(i => ShardNames.Of("hot", i))];
        var held = await TellAsync(cluster, grains);
        Assert.True(held.Count == 3, "a server holds no part");

        await using var traffic = new Traffic(client, witness, "hot").Start();
        await witness.UntilAsync(log => log.Count(t => t.What == "end") >= 4, "no task ran");
        var batches = new List<TaskId>();
        foreach (var grain in grains[..2])
        {
            // one batch goes to one part: the others take of it while servers die
            batches.AddRange((await client.SubmitManyAsync([new SubmitItem(witness.Spec(0.3).Asking(1000), 20)], "hot")).Ids);
            var server = await cluster.HolderAsync(grain);
            await server.KillAsync();
            var killed = System.Diagnostics.Stopwatch.GetTimestamp();
            var ends = witness.Ends;
            await Until.TrueAsync(() => traffic.FirstAnswerSince(killed) is not null, "the pool took no task any more", TimeSpan.FromSeconds(90));
            await Until.TrueAsync(() => witness.Ends > ends + 4, "no task ended any more", TimeSpan.FromSeconds(90));
            output.WriteLine($"{server.Name}, which held {grain}, killed: the pool answers after {System.Diagnostics.Stopwatch.GetElapsedTime(killed, traffic.FirstAnswerSince(killed)!.Value).TotalSeconds:F1} s");
            await server.UpAsync();
        }
        await traffic.StopAsync();
        List<TaskId> acknowledged = [.. traffic.Acknowledged, .. batches];
        var tasks = await client.WaitAsync(acknowledged, TimeSpan.FromSeconds(120));
        Assert.All(tasks, t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
        var all = new List<TaskId>();
        await foreach (var task in client.ListAsync("hot")) all.Add(task.Id);
        Assert.Equal(acknowledged.Order(), all.Order());
        output.WriteLine($"{tasks.Count} tasks acknowledged and succeeded, {tasks.Count(t => t.Attempt > 1)} at a later attempt, on nodes {string.Join(", ", tasks.GroupBy(t => t.Node).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}"))}");
        await using var store = await Granary.Storage.PostgresStore.OpenAsync(cluster.Database);
        Assert.Empty((await store.CheckAsync()).Problems);
    }

    /// <summary>Which server holds what.</summary>
    private async Task<Dictionary<string, List<string>>> TellAsync(TestCluster cluster, IEnumerable<string> grains)
    {
        var held = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var grain in grains)
        {
            var server = (await cluster.HolderAsync(grain)).Name;
            if (!held.TryGetValue(server, out var list)) held[server] = list = [];
            list.Add(grain);
        }
        foreach (var (server, list) in held.OrderBy(h => h.Key, StringComparer.Ordinal)) output.WriteLine($"{server} holds {list.Count}: {string.Join(", ", list)}");
        return held;
    }

    private static async Task JoinAsync(TestCluster cluster, string name)
    {
        var data = Path.Combine(cluster.Root, $"node-{name}");
        Directory.CreateDirectory(data);
        var info = GranaryProgram.StartInfo(data, ["node", "--join", cluster.Gateways, "--name", name, "--pool", "hot", "--capacity", "cpu=2,memory=512Mi"]);
        info.Environment["GRANARY_TOKEN"] = cluster.Token;
        var process = cluster.Keep(CliProcess.Start(info));
        var client = await cluster.ClientAsync();
        await Until.TrueAsync(
            async () => (await client.NodesAsync()).Any(n => n.Spec.Name == name && n.State == NodeState.Ready), () => $"agent {name} did not join:\n{process}", TimeSpan.FromSeconds(60));
    }
}
