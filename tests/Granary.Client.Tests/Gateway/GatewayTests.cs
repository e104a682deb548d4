using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>The client against a real gateway, over a real socket.</summary>
public class GatewayTests
{
    private static readonly TaskSpec Spec = new() { Agent = "a", Command = ["true"], Labels = new Dictionary<string, string> { ["k"] = "v" } };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Submits_waits_reads_and_cancels()
    {
        var (world, port) = (FakeCluster.Create(), FreePort.Next());
        await using var server = await TestServer.StartAsync(world, port);
        await using var client = await GranaryClient.ConnectAsync(Options(port));
        var submitted = await client.SubmitManyAsync([new SubmitItem(Spec, 3)]);
        Assert.Equal([1, 2, 3], submitted.Ids.Select(i => i.Number));
        Assert.Equal("v", (await client.GetAsync(submitted.Ids[2])).Spec.Labels!["k"]);

        var waiting = client.WaitAsync([.. submitted.Ids.Take(2)], Patience);
        await world.Pool().Watching.WaitAsync(Patience);
        world.Pool().Move(1, TaskState.Succeeded);
        world.Pool().Move(2, TaskState.Failed, "exit code 3");
        Assert.Equal([TaskState.Succeeded, TaskState.Failed], (await waiting).Select(v => v.State));

        Assert.True(await client.CancelAsync(submitted.Ids[2], "enough"));
        world.Pool().Outputs[3] = new FakeOutput { Out = "hello" };
        await foreach (var piece in client.LogsAsync(submitted.Ids[2])) Assert.Equal("hello", Encoding.UTF8.GetString(piece.Span));
        Assert.Equal(["default"], (await client.PoolsAsync()).Select(p => p.Spec.Name));
    }

    [Fact]
    public async Task Refusals_keep_their_kind_and_message()
    {
        var (world, port) = (FakeCluster.Create(), FreePort.Next());
        await using var server = await TestServer.StartAsync(world, port);
        await using var client = await GranaryClient.ConnectAsync(Options(port));
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.ExplainAsync(new TaskId("default", 8)));
        Assert.Equal((ErrorCode.NotFound, "no task 8 here"), (e.Code, e.Message));
        e = await Assert.ThrowsAsync<GranaryException>(() => client.Cluster.GetGrain<IPoolGrain>("default").Explain(9));
        Assert.Equal((ErrorCode.NotFound, "no task 9 here"), (e.Code, e.Message));
    }

    [Fact]
    public async Task Views_that_do_not_fit_into_one_message_come_in_several()
    {
        var (world, port) = (FakeCluster.Create(), FreePort.Next());
        await using var server = await TestServer.StartAsync(world, port);
        await using var client = await GranaryClient.ConnectAsync(Options(port));
        var ids = new List<TaskId>();
        for (var part = 0; part < 2; part++)
        {
            // Half of what a message of the embedded host may hold is 8 MiB.
            var items = Enumerable.Range(0, 200).Select(i => new SubmitItem(Spec with { Command = ["echo", new string((char)('a' + (i % 26)), 50_000) + i] })).ToList();
            ids.AddRange((await client.SubmitManyAsync(items)).Ids);
        }
        var views = await client.GetAsync(ids);
        Assert.Equal(ids, views.Select(v => v.Id));
        Assert.All(views, v => Assert.True(v.Spec.Command[1].Length > 50_000));
    }

    [Fact]
    public async Task A_wait_outlives_a_restart_of_the_server()
    {
        var (world, port) = (FakeCluster.Create(), FreePort.Next());
        var first = await TestServer.StartAsync(world, port);
        await using var client = await GranaryClient.ConnectAsync(Options(port) with { RetryFor = Patience });
        var id = await client.SubmitAsync(Spec);
        world.Pool().Move(1, TaskState.Running);
        var waiting = client.WaitAsync(id, Patience);
        await world.Pool().Watching.WaitAsync(Patience);
        await world.Pool().Answered(nameof(IPoolGrain.GetMany)).WaitAsync(Patience);
        await first.DisposeAsync();
        world.Pool().MoveSilently(1, TaskState.Succeeded);
        await using var second = await TestServer.StartAsync(world, port);
        Assert.Equal(TaskState.Succeeded, (await waiting).State);
        Assert.Equal(new TaskId("default", 2), await client.SubmitAsync(Spec));
    }

    [Fact]
    public async Task A_wrong_token_is_refused()
    {
        var port = FreePort.Next();
        await using var server = await TestServer.StartAsync(FakeCluster.Create(), port);
        var e = await Assert.ThrowsAsync<GranaryException>(() => GranaryClient.ConnectAsync(Options(port) with { Token = "guess" }));
        Assert.Equal(ErrorCode.Refused, e.Code);
        Assert.Equal($"the server at 127.0.0.1:{port} did not accept the token; give the one in its data directory ('token'), or one that 'granary token create' made, by GRANARY_TOKEN or --token-file", e.Message);
    }

    [Fact]
    public async Task Nobody_there_is_said_at_once()
    {
        var port = FreePort.Next();
        var e = await Assert.ThrowsAsync<GranaryException>(() => GranaryClient.ConnectAsync(Options(port)));
        Assert.Equal(ErrorCode.Unavailable, e.Code);
        Assert.Equal($"no server answers at 127.0.0.1:{port} (connection refused); start one with 'granary up'", e.Message);
    }

    [Fact]
    public async Task Somebody_who_does_not_answer_is_given_up()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        var port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        var e = await Assert.ThrowsAsync<GranaryException>(() => GranaryClient.ConnectAsync(Options(port) with { ConnectTimeout = TimeSpan.FromMilliseconds(300) }))
            .WaitAsync(Patience);
        Assert.Equal(ErrorCode.Unavailable, e.Code);
        Assert.StartsWith($"no server answers at 127.0.0.1:{port} (", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_the_connect_is_no_failure_of_the_server()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GranaryClient.ConnectAsync(Options(FreePort.Next()), stop.Token));
    }

    private static GranaryClientOptions Options(int port) => new()
    {
        Server = $"127.0.0.1:{port}",
        Token = TestServer.Token,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        RetryDelay = TimeSpan.FromMilliseconds(10),
        // A server that stops waits for calls under way.
        WatchPoll = TimeSpan.FromMilliseconds(500),
    };
}
