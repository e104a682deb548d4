using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Crashes;

/// <summary>A server that is stopped for a while, or in good order: no crash, but time in which it does nothing.</summary>
public sealed class PauseTests
{
    [Fact]
    public async Task AServerThatStoodStillGivesNoNodeUp()
    {
        await using var server = TestServer.Prepare();
        // time enough for heartbeats on a loaded machine, little enough to stand still for longer
        server.Environment["GRANARY__Grains__SuspectAfter"] = "00:00:01";
        server.Environment["GRANARY__Grains__LostAfter"] = "00:00:02";
        server.Environment["GRANARY__Grains__HeartbeatEvery"] = "00:00:00.2";
        await server.UpAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true), 3)]);
        await witness.UntilStartedAsync(3);
        var before = await client.GetAsync(submitted.Ids.ToList());

        ProcessTable.Signal(server.ProcessId, ProcessTable.Stop);
        var stopped = System.Diagnostics.Stopwatch.StartNew();
        await Until.TrueAsync(() => stopped.Elapsed > TimeSpan.FromSeconds(4), "time stands still");
        ProcessTable.Signal(server.ProcessId, ProcessTable.Continue);
        await Until.TrueAsync(async () => (await client.NodesAsync())[0].State == NodeState.Ready, "the node is not ready again");
        witness.OpenGate();

        var after = await client.WaitAsync(submitted.Ids, Until.Patience);
        Assert.Equal(before.Select(t => (t.Id, t.Attempt, t.Token)), after.Select(t => (t.Id, t.Attempt, t.Token)));
        Assert.All(after, t => Assert.Equal(TaskState.Succeeded, t.State));
    }

    [Fact]
    public async Task DownPutsWhatRunsBackIntoTheQueue_AndTheNextServerRunsIt()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true), 3), new SubmitItem(witness.Spec(0), AfterItems: [0])]);
        await witness.UntilStartedAsync(3);
        (await server.TerminateAsync()).Expect(0);
        Assert.DoesNotContain(witness.Read(), t => ProcessTable.IsAlive(t.ProcessId));

        witness.OpenGate();
        await server.UpAsync();
        var tasks = await client.WaitAsync(submitted.Ids, TimeSpan.FromSeconds(60));
        Assert.Equal([2, 2, 2, 1], tasks.Select(t => t.Attempt));
        Assert.All(tasks, t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
