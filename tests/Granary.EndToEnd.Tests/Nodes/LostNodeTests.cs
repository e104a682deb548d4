using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>A node that stops answering is suspect, then lost; its tasks go elsewhere under a higher token.</summary>
public sealed class LostNodeTests
{
    [Fact]
    public async Task TasksOfANodeThatDied_GoElsewhereUnderAHigherToken()
    {
        await using var server = await TestServer.StartWithoutNodeAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var doomed = await server.JoinAsync("doomed");
        var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true).Asking(1000), 2)]);
        await witness.UntilStartedAsync(2);
        var before = await client.GetAsync(submitted.Ids.ToList());
        await server.JoinAsync("other");

        await doomed.KillTreeAsync();
        await doomed.UntilAsync(NodeState.Suspect);
        Assert.All(await client.GetAsync(submitted.Ids.ToList()), t => Assert.Equal("doomed", t.Node));
        await doomed.UntilAsync(NodeState.Lost);
        await witness.UntilAsync(log => log.Count(t => t.What == "start") == 4, "the lost tasks were not started again");
        witness.OpenGate();

        var after = await client.WaitAsync(submitted.Ids, Until.Patience);
        Assert.All(after, t => Assert.Equal((TaskState.Succeeded, "other", 2), (t.State, t.Node, t.Attempt)));
        Assert.All(after.Zip(before), pair => Assert.True(pair.First.Token > pair.Second.Token));
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task AnAgentThatWakesAfterItWasLost_StopsWhatWasFenced_AndChangesNothing()
    {
        await using var server = await TestServer.StartWithoutNodeAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var frozen = await server.JoinAsync("frozen");
        var id = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(1);
        var fenced = witness.Starts(id)[0].ProcessId;
        var before = await client.GetAsync(id);
        await server.JoinAsync("other");

        frozen.Process.Signal(ProcessTable.Stop);
        await frozen.UntilAsync(NodeState.Lost);
        await witness.UntilAsync(_ => witness.Starts(id).Count == 2, "the task was not started elsewhere");
        frozen.Process.Signal(ProcessTable.Continue);
        await frozen.UntilAsync(NodeState.Ready);
        await Until.TrueAsync(() => !ProcessTable.IsAlive(fenced), "the fenced process was not stopped");
        witness.OpenGate();

        var after = await client.WaitAsync(id, Until.Patience);
        Assert.Equal((TaskState.Succeeded, "other", 2), (after.State, after.Node, after.Attempt));
        Assert.True(after.Token > before.Token);
        // only the second run came to its end, and its end is the one that counts
        Assert.Equal([2], witness.Read().Where(t => t.What == "end").Select(t => t.Attempt));
    }

    [Fact]
    public async Task ANodeThatDiedWhileTheServerWasDown_IsLostAfterTheRestart()
    {
        await using var server = await TestServer.StartWithoutNodeAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var doomed = await server.JoinAsync("doomed");
        var id = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(1);
        await server.KillAsync();
        await doomed.KillTreeAsync();
        await server.UpAsync();
        await server.JoinAsync("other");
        await doomed.UntilAsync(NodeState.Lost);
        await witness.UntilAsync(_ => witness.Starts(id).Count == 2, "the task was not started elsewhere");
        witness.OpenGate();
        var after = await client.WaitAsync(id, Until.Patience);
        Assert.Equal((TaskState.Succeeded, "other"), (after.State, after.Node));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
