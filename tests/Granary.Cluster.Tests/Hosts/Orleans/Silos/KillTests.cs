using System.Diagnostics;
using System.Globalization;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;
using Granary.Storage;

namespace Granary.Cluster.Tests.Silos;

/// <summary>Three servers, tasks flowing through two pools, and servers that die.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_runs_twice_while_each_server_is_killed_in_turn()
    {
        await using var cluster = await TestCluster.StartAsync();
        var witness = new Witness(cluster.Root);
        var client = await cluster.ClientAsync();
        await using var a = new Traffic(client, witness, await cluster.PoolAsync("a")).Start();
        await using var b = new Traffic(client, witness, await cluster.PoolAsync("b")).Start();
        await witness.UntilAsync(log => log.Count(t => t.What == "end") >= 4, "no task ran");

        foreach (var server in cluster.Servers)
        {
            var held = new List<string>();
            foreach (var pool in (string[])[a.Pool, b.Pool])
                if (await cluster.HolderAsync(pool) == server) held.Add(pool);
            await server.KillAsync();
            var killed = Stopwatch.GetTimestamp();
            var ends = witness.Ends;
            await Until.TrueAsync(() => a.FirstAnswerSince(killed) is not null && b.FirstAnswerSince(killed) is not null, "a pool took no task any more", TimeSpan.FromSeconds(90));
            await Until.TrueAsync(() => witness.Ends > ends + 4, "no task ended any more", TimeSpan.FromSeconds(90));
            foreach (var traffic in (Traffic[])[a, b])
                Tell($"{server.Name} killed: pool {traffic.Pool}{(held.Contains(traffic.Pool) ? ", which it held," : "")} answers after {Stopwatch.GetElapsedTime(killed, traffic.FirstAnswerSince(killed)!.Value).TotalSeconds:F1} s");
            await server.UpAsync();
        }
        await CheckAsync(cluster, witness, a, b);
    }

    [Fact]
    public async Task A_server_that_was_given_up_and_comes_back_changes_nothing()
    {
        await using var cluster = await TestCluster.StartAsync();
        var witness = new Witness(cluster.Root);
        var pool = await cluster.PoolAsync("a");
        var server = await cluster.HolderAsync(pool);
        // a client that came in by the very server would wait for it: its connections stay open
        await using var client = await cluster.ConnectAsync(cluster.Servers.Where(s => s != server));
        await using var a = new Traffic(client, witness, pool).Start();
        await witness.UntilAsync(log => log.Count(t => t.What == "end") >= 2, "no task ran");

        // stopped, it keeps its memory, its connections, and calls that wait in them: a second activation of the pool comes to be elsewhere
        server.Process.Signal(ProcessTable.Stop);
        var stopped = Stopwatch.GetTimestamp();
        await Until.TrueAsync(() => a.FirstAnswerSince(stopped) is not null, "the pool took no task any more", TimeSpan.FromSeconds(120));
        Tell($"{server.Name} stopped: pool a, which it held, answers after {Stopwatch.GetElapsedTime(stopped, a.FirstAnswerSince(stopped)!.Value).TotalSeconds:F1} s");
        server.Process.Signal(ProcessTable.Continue);
        var continued = Stopwatch.GetTimestamp();
        await Until.TrueAsync(() => a.FirstAnswerSince(continued) is not null, "the pool took no task any more", TimeSpan.FromSeconds(60));
        // it learns that the others have given it up, and ends: a service starts it again
        await Until.TrueAsync(() => server.Process.HasExited, $"{server.Name} did not end", TimeSpan.FromSeconds(90));
        Tell($"{server.Name} was told by the journal that another writes it: {server.Process.Error.Contains("another writer was here", StringComparison.Ordinal)}");
        await server.UpAsync();
        await CheckAsync(cluster, witness, a);
    }

    [Fact]
    public async Task A_server_that_leaves_hands_over_its_pools_at_once()
    {
        await using var cluster = await TestCluster.StartAsync();
        var witness = new Witness(cluster.Root);
        var client = await cluster.ClientAsync();
        await using var a = new Traffic(client, witness, await cluster.PoolAsync("a")).Start();
        await witness.UntilAsync(log => log.Count(t => t.What == "end") >= 2, "no task ran");
        var server = await cluster.HolderAsync("a");
        var asked = Stopwatch.GetTimestamp();
        Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
        var left = Stopwatch.GetTimestamp();
        await Until.TrueAsync(() => a.FirstAnswerSince(left) is not null, "the pool took no task any more", TimeSpan.FromSeconds(60));
        Tell($"{server.Name} left in {Stopwatch.GetElapsedTime(asked, left).TotalSeconds:F1} s; pool a, which it held, answers {Stopwatch.GetElapsedTime(left, a.FirstAnswerSince(left)!.Value).TotalSeconds:F1} s later");
        await CheckAsync(cluster, witness, a);
    }

    /// <summary>Every task that a client was told of has succeeded, none ran twice at once, and the journals are whole.</summary>
    private async Task CheckAsync(TestCluster cluster, Witness witness, params Traffic[] traffics)
    {
        var client = await cluster.ClientAsync();
        foreach (var traffic in traffics)
        {
            await traffic.StopAsync();
            var tasks = await client.WaitAsync(traffic.Acknowledged, TimeSpan.FromSeconds(120));
            Assert.All(tasks, t => Assert.Equal(TaskState.Succeeded, t.State));
            Tell($"pool {traffic.Pool}: {tasks.Count} tasks acknowledged and succeeded, {tasks.Count(t => t.Attempt > 1)} of them at a later attempt");
        }
        witness.AssertNoneRanTwiceAtOnce();
        await using var store = await PostgresStore.OpenAsync(cluster.Database);
        Assert.Empty((await store.CheckAsync()).Problems);
    }

    private void Tell(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
