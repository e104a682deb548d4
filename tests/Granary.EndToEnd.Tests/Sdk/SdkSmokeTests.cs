using System.Text;
using Granary.Abstractions;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Sdk;

/// <summary>A program's way in, against a real server.</summary>
public sealed class SdkSmokeTests
{
    [Fact]
    public async Task SubmitsWatchesReadsAndCancels()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        using var enough = new CancellationTokenSource(Until.Patience);
        var seen = new List<TaskChange>();
        var watching = new TaskCompletionSource();
        var last = default(TaskId);
        var watch = Task.Run(async () =>
        {
            await foreach (var batch in client.WatchBatchesAsync(ct: enough.Token))
            {
                watching.TrySetResult();
                seen.AddRange(batch.Changes);
                if (seen.Any(c => c.Id == last && c.State.IsFinal())) return;
            }
        });
        await watching.Task.WaitAsync(Until.Patience);

        var one = await client.SubmitAsync(Specs.Sh("echo out; echo err >&2"));
        var many = await client.SubmitManyAsync([new SubmitItem(Specs.Of("true"), 10)]);
        Assert.Equal(10, many.Ids.Count);
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(one, Until.Patience)).State);
        Assert.All(await client.WaitAsync(many.Ids, Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
        Assert.Equal(("out\n", "err\n"), (await LogAsync(client, one, false), await LogAsync(client, one, true)));

        var sleeping = await client.SubmitAsync(Specs.Of("sleep", "600"));
        last = sleeping;
        await Until.TrueAsync(async () => (await client.GetAsync(sleeping)).State == TaskState.Running, "it did not run");
        Assert.True(await client.CancelAsync(sleeping));
        Assert.Equal(TaskState.Cancelled, (await client.WaitAsync(sleeping, Until.Patience)).State);
        await watch;
        foreach (var id in many.Ids.Append(one))
            Assert.Equal([TaskState.Queued, TaskState.Placed, TaskState.Running, TaskState.Succeeded], seen.Where(c => c.Id == id).Select(c => c.State).Distinct());
    }

    [Fact]
    public async Task RepeatingAnOperationIdAdmitsNothingTwice_EvenAfterARestart()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var first = await client.SubmitManyAsync([new SubmitItem(Specs.Of("true"), 3)], operationId: "order-66");
        await client.WaitAsync(first.Ids, Until.Patience);
        Assert.Equal(first.Ids, (await client.SubmitManyAsync([new SubmitItem(Specs.Of("true"), 3)], operationId: "order-66")).Ids);
        await server.KillAsync();
        await server.UpAsync();
        Assert.Equal(first.Ids, (await client.SubmitManyAsync([new SubmitItem(Specs.Of("true"), 3)], operationId: "order-66")).Ids);
    }

    [Fact]
    public async Task AWaitAndAFollowedLogSurviveARestartOfTheServer()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var gate = Path.Combine(server.Root, "gate");
        var id = await client.SubmitAsync(Specs.Sh($"echo before; while [ ! -e {gate} ]; do sleep 0.05; done; echo after"));
        var wait = client.WaitAsync(id, TimeSpan.FromSeconds(120));
        var log = LogAsync(client, id, false, follow: true);
        await Until.TrueAsync(async () => await LogAsync(client, id, false) == "before\n", "it did not write");
        await server.KillAsync();
        Assert.False(wait.IsCompleted);
        await server.UpAsync();
        await File.WriteAllTextAsync(gate, "");
        Assert.Equal(TaskState.Succeeded, (await wait).State);
        Assert.Equal("before\nafter\n", await log.WaitAsync(Until.Patience));
    }

    [Fact]
    public async Task TellsWhatWentWrongByCode()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var unknown = await Assert.ThrowsAsync<GranaryException>(() => client.GetAsync(new TaskId("default", 4711)));
        Assert.Equal(ErrorCode.NotFound, unknown.Code);
        var noPool = await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Specs.Of("true"), "nowhere"));
        Assert.Equal(ErrorCode.NotFound, noPool.Code);
        var id = await client.SubmitAsync(Specs.Of("sleep", "600"));
        var late = await Assert.ThrowsAsync<GranaryException>(() => client.WaitAsync(id, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(ErrorCode.TimedOut, late.Code);
        var refused = await Assert.ThrowsAsync<GranaryException>(
            () => GranaryClient.ConnectAsync(new GranaryClientOptions { Server = server.Gateway, Token = "wrong" }));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        var nobody = await Assert.ThrowsAsync<GranaryException>(
            () => GranaryClient.ConnectAsync(new GranaryClientOptions { Server = FreePort.Loopback(FreePort.Take()), Token = "any" }));
        Assert.Equal(ErrorCode.Unavailable, nobody.Code);
    }

    private static async Task<string> LogAsync(GranaryClient client, TaskId id, bool standardError, bool follow = false)
    {
        using var all = new MemoryStream();
        await foreach (var piece in client.LogsAsync(id, standardError, follow)) all.Write(piece.Span);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
