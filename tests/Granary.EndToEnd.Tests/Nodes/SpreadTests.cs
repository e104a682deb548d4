using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>Several node agents on one machine.</summary>
public sealed class SpreadTests
{
    [Fact]
    public async Task FillsEveryNodeAndNoneOverItsCapacity()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var early = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true).Asking(1000), 8)]);
        Assert.All(await client.GetAsync(early.Ids.ToList()), t => Assert.Equal(WaitReason.NoNodes, t.WaitReason));
        foreach (var name in new[] { "a", "b", "c" }) await server.JoinAsync(name, "cpu=2,memory=256Mi");
        await witness.UntilStartedAsync(6);

        var tasks = await client.GetAsync(early.Ids.ToList());
        var placed = tasks.Where(t => t.Node.Length > 0).ToList();
        Assert.Equal(["a", "a", "b", "b", "c", "c"], placed.Select(t => t.Node).Order(StringComparer.Ordinal));
        // the next in line waits for room, the one behind it for its turn
        Assert.Equal([WaitReason.Capacity, WaitReason.Share], tasks.Except(placed).Select(t => t.WaitReason));
        var nodes = await server.JsonAsync("nodes");
        Assert.All(nodes.EnumerateArray(), n => Assert.Equal("2", n.GetProperty("capacity").GetProperty("cpu").GetString()));

        witness.OpenGate();
        Assert.All(await client.WaitAsync(early.Ids, Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task DrainMovesWhatRuns_CordonLeavesIt_UncordonTakesAgain()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        await server.JoinAsync("a");
        var first = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(1);
        await server.JoinAsync("b");

        (await server.RunAsync("cordon", "a")).Expect(0);
        var second = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(2);
        Assert.Equal("b", (await client.GetAsync(second)).Node);
        Assert.Equal(("a", TaskState.Running), ((await client.GetAsync(first)).Node, (await client.GetAsync(first)).State));

        (await server.RunAsync("drain", "a")).Expect(0);
        await witness.UntilAsync(_ => witness.Starts(first).Count == 2, "the drained task was not started again");
        Assert.Equal("b", (await client.GetAsync(first)).Node);
        Assert.Equal("Draining", (await server.JsonAsync("nodes"))[0].GetProperty("state").GetString());

        (await server.RunAsync("uncordon", "a")).Expect(0);
        var third = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilAsync(_ => witness.Starts(third).Count == 1, "the uncordoned node took nothing");
        Assert.Equal("a", (await client.GetAsync(third)).Node);
        witness.OpenGate();
        Assert.All(await client.WaitAsync([first, second, third], Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
