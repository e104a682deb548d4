using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Granary.Client;
using Granary.Cluster.Tests.Silos;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.Cluster.Tests.Tls;

/// <summary>Three servers behind TLS, each with a certificate of its own.</summary>
public sealed class ClusterTlsTests
{
    [Fact]
    public async Task Three_servers_run_tasks_and_let_in_nobody_who_has_no_secret()
    {
        await using var cluster = await TestCluster.StartAsync(c => c.Settings["GRANARY__Tls__SelfSigned"] = "true");
        var witness = new Witness(cluster.Root);
        string[] pools = [await cluster.PoolAsync("a"), await cluster.PoolAsync("b"), await cluster.PoolAsync("c")];
        var client = await cluster.ClientAsync();
        foreach (var pool in pools)
        {
            var tasks = new List<TaskId>();
            for (var i = 0; i < 5; i++) tasks.Add(await client.SubmitAsync(witness.Spec(0.05), pool));
            Assert.All(await client.WaitAsync(tasks, TimeSpan.FromSeconds(60)), t => Assert.Equal(TaskState.Succeeded, t.State));
        }
        witness.AssertNoneRanTwiceAtOnce();

        // each server leads to every pool, so they speak to each other
        foreach (var server in cluster.Servers)
        {
            await using var one = await cluster.ConnectAsync([server]);
            foreach (var pool in pools)
            {
                var shown = 0;
                await foreach (var _ in one.ListAsync(pool: pool)) shown++;
                Assert.Equal(5, shown);
            }
        }

        // a certificate of none of them, clear text, and no fingerprint at all
        var options = new GranaryClientOptions { Server = cluster.Gateways, Token = cluster.Token, DataDirectory = cluster.Root, ConnectTimeout = TimeSpan.FromSeconds(20) };
        foreach (var wrong in (GranaryClientOptions[])[
            options with { Fingerprint = new string('0', 64) },
            options,
            options with { Server = cluster.Gateways.Replace("tls://", "tcp://", StringComparison.Ordinal) }])
            Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<GranaryException>(() => GranaryClient.ConnectAsync(wrong))).Code);

        // who reaches a silo's port and cannot prove that it has the cluster's secret hears no more than a challenge, in clear text not even that
        Assert.InRange(await HeardAsync(cluster.Servers[0].SiloPort, RandomNumberGenerator.GetBytes(64)), 0, 7); // at most a TLS alert
    }

    [Fact]
    public async Task A_server_with_another_token_does_not_come_into_the_cluster()
    {
        await using var cluster = await TestCluster.StartAsync(c => c.Count = 1);
        var stranger = cluster.Add();
        await stranger.StartAsync("another-token-of-at-least-16-characters");
        await Until.TrueAsync(
            () => Task.FromResult((cluster.Servers[0].Process.Error + stranger.Process.Error).Contains("is no server of this cluster", StringComparison.Ordinal)),
            () => $"the stranger was not turned away:\n{stranger.Process}\nby\n{cluster.Servers[0].Process}", TimeSpan.FromSeconds(60));
        // a silo in clear text answers with a challenge, and to a wrong proof with nothing
        Assert.Equal(32, await HeardAsync(cluster.Servers[0].SiloPort, new byte[64]));
        var client = await cluster.ClientAsync();
        Assert.NotEmpty(await client.PoolsAsync());
    }

    /// <summary>How many bytes come back before the connection ends.</summary>
    private static async Task<int> HeardAsync(int port, byte[] said)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
        await socket.SendAsync(said, limit.Token);
        var heard = 0;
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is var count and > 0) heard += count;
        }
        catch (SocketException)
        {
            // reset: it has closed without reading all
        }
        return heard;
    }
}
