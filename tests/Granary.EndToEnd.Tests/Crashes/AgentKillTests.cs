using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Crashes;

/// <summary>kill -9 of a node's agent alone: it takes nothing with it.</summary>
public sealed class AgentKillTests
{
    [Fact]
    public async Task ANewAgentOfTheSameNameAdoptsTheLiveProcesses()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var node = await server.JoinAsync("n1");
        var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true), 2), new SubmitItem(witness.Spec(0, exitCode: 9, gated: true))]);
        await witness.UntilStartedAsync(3);
        var before = await client.GetAsync(submitted.Ids.ToList());

        await node.KillAsync();
        Assert.All(witness.Read(), t => Assert.True(ProcessTable.IsAlive(t.ProcessId), $"{t} died with its agent"));
        await node.StartAsync();
        witness.OpenGate();

        var after = await client.WaitAsync(submitted.Ids, TimeSpan.FromSeconds(60));
        Assert.Equal([0, 0, 9], after.Select(t => t.Exit!.Code!.Value));
        Assert.Equal(before.Select(t => (t.Attempt, t.Token, t.Node)), after.Select(t => (t.Attempt, t.Token, t.Node)));
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task TasksThatEndedWhileNobodyWasThere_AreReportedByTheNextAgent()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var node = await server.JoinAsync("n1");
        var id = await client.SubmitAsync(witness.Spec(0, exitCode: 5, gated: true));
        await witness.UntilStartedAsync(1);
        await node.KillAsync();
        witness.OpenGate();
        await witness.UntilAsync(log => log.Any(t => t.What == "end"), "the task did not end");
        await node.StartAsync();
        var task = await client.WaitAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal((TaskState.Failed, (int?)5, 1), (task.State, task.Exit?.Code, task.Attempt));
    }
}
