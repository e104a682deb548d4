using System.Diagnostics;
using System.Globalization;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;
using Granary.Storage;

namespace Granary.Cluster.Tests.Silos;

/// <summary>A server that hangs: its connections stay open, and nothing is answered. Clients and agents that came in by it go on by the others.</summary>
public sealed class HangTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Clients_and_agents_leave_a_gateway_that_hangs(bool tls, bool withPools)
    {
        await using var cluster = await TestCluster.StartAsync(c =>
        {
            if (tls) c.Settings["GRANARY__Tls__SelfSigned"] = "true";
        });
        var witness = new Witness(cluster.Root);
        var client = await cluster.ClientAsync(); // by all three: some of its calls go by the one that is to hang
        var traffics = new List<Traffic>();
        try
        {
            foreach (var pool in (string[])["a", "b", "c"]) traffics.Add(new Traffic(client, witness, await cluster.PoolAsync(pool)).Start());
            await witness.UntilAsync(log => log.Count(t => t.What == "end") >= 6, "no task ran");
            var held = new Dictionary<ClusterServer, List<string>>();
            foreach (var each in cluster.Servers) held[each] = [];
            foreach (var traffic in traffics) held[await cluster.HolderAsync(traffic.Pool)].Add(traffic.Pool);
            // the one that has most pools, or the one that has fewest and is little more than a way in
            var server = withPools ? held.MaxBy(h => h.Value.Count).Key : held.MinBy(h => h.Value.Count).Key;

            server.Process.Signal(ProcessTable.Stop);
            var stopped = Stopwatch.GetTimestamp();
            await Until.TrueAsync(() => traffics.All(t => t.FirstAnswerSince(stopped) is not null), "a pool took no task any more", TimeSpan.FromSeconds(90));
            foreach (var traffic in traffics)
                Tell($"{server.Name} hangs: pool {traffic.Pool}{(held[server].Contains(traffic.Pool) ? ", which it held," : "")} answers after {Stopwatch.GetElapsedTime(stopped, traffic.FirstAnswerSince(stopped)!.Value).TotalSeconds:F1} s");
            // agents go on too: what they run ends and is reported, and new tasks start
            var ends = witness.Ends;
            await Until.TrueAsync(() => witness.Ends > ends + 10, "no task ended any more", TimeSpan.FromSeconds(90));
            Tell($"{server.Name} hangs: ten more tasks had ended after {Stopwatch.GetElapsedTime(stopped).TotalSeconds:F1} s");
            foreach (var traffic in traffics)
            {
                await traffic.StopAsync();
                Assert.All(await client.WaitAsync(traffic.Acknowledged, TimeSpan.FromSeconds(120)), t => Assert.Equal(TaskState.Succeeded, t.State));
            }
            Tell($"{server.Name} hangs: all {traffics.Sum(t => t.Acknowledged.Count)} tasks had succeeded after {Stopwatch.GetElapsedTime(stopped).TotalSeconds:F1} s, while it still hung");
            witness.AssertNoneRanTwiceAtOnce();

            server.Process.Signal(ProcessTable.Continue);
            // given up by the others meanwhile, it ends and is started again; else it goes on
            await Until.TrueAsync(
                async () =>
                {
                    if (server.Process.HasExited) await server.UpAsync();
                    try
                    {
                        await using var back = await cluster.ConnectAsync([server]);
                        return (await back.PoolsAsync()).Count > 0;
                    }
                    catch (GranaryException)
                    {
                        return false;
                    }
                },
                () => $"{server.Name} did not come back:\n{server.Process}", TimeSpan.FromSeconds(120));
        }
        finally
        {
            foreach (var traffic in traffics) await traffic.DisposeAsync();
        }
        await using var store = await PostgresStore.OpenAsync(cluster.Database);
        Assert.Empty((await store.CheckAsync()).Problems);
    }

    private void Tell(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
