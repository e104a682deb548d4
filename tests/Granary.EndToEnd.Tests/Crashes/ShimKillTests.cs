using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Crashes;

/// <summary>kill -9 of the shim, the parent of all tasks of a node: nobody learns their exit codes, so policy decides.</summary>
public sealed class ShimKillTests
{
    [Fact]
    public async Task RetriesOrReports_WhatRanUnderAShimThatWasKilled()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync(
        [
            new SubmitItem(witness.Spec(0, gated: true), 3),
            new SubmitItem(witness.Spec(0, gated: true) with { OnLoss = LossPolicy.Report }, 2),
        ]);
        await witness.UntilStartedAsync(5);
        var before = await client.GetAsync(submitted.Ids.ToList());
        var shim = Assert.Single(ProcessTable.Naming(server.Root), p => p.Command.Contains(" shim ", StringComparison.Ordinal));
        ProcessTable.Signal(shim.Id, ProcessTable.Kill);

        // the processes outlive their parent, so nothing may be started in their place before they have ended
        witness.OpenGate();
        var reported = await client.WaitAsync(submitted.Ids.Skip(3).ToList(), TimeSpan.FromSeconds(60));
        Assert.All(reported, t => Assert.Equal((TaskState.Lost, 1), (t.State, t.Attempt)));
        var retried = await client.WaitAsync(submitted.Ids.Take(3).ToList(), TimeSpan.FromSeconds(60));
        Assert.All(retried, t => Assert.Equal((TaskState.Succeeded, 2), (t.State, t.Attempt)));
        Assert.All(retried.Zip(before), pair => Assert.True(pair.First.Token > pair.Second.Token));
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task GoesOnAfterServerAndShimWereKilledTogether()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true), 4), new SubmitItem(witness.Spec(0), AfterItems: [0])]);
        await witness.UntilStartedAsync(4);
        foreach (var shim in ProcessTable.Naming(server.Root).Where(p => p.Command.Contains(" shim ", StringComparison.Ordinal)))
            ProcessTable.Signal(shim.Id, ProcessTable.Kill);
        await server.KillAsync();
        await server.UpAsync();

        witness.OpenGate();
        var tasks = await client.WaitAsync(submitted.Ids, TimeSpan.FromSeconds(60));
        Assert.All(tasks, t => Assert.Equal(TaskState.Succeeded, t.State));
        Assert.All(tasks.Take(4), t => Assert.Equal(2, t.Attempt));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
