using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>Two pools of one cohort and one machine, as real processes.</summary>
public sealed class LendingTests
{
    private const string Fleet = """
        pools:
          - { name: a, cohort: lab }
          - { name: b, cohort: lab, lending: { borrow_limit: { cpu: 8 }, weight: 2 } }
        """;

    [Fact]
    public async Task BorrowsWhatIsIdle_AndGivesItBackByPreemption()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        (await server.RunAsync("apply", server.WriteFile("fleet.yaml", Fleet))).Expect(0);
        await server.JoinAsync("n", "cpu=2,memory=512Mi", "--pool", "a");
        var borrowed = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true).Asking(1000), 2)], "b");
        await witness.UntilStartedAsync(2);
        Assert.All(await client.GetAsync(borrowed.Ids.ToList()), t => Assert.Equal("n", t.Node));
        var pools = (await server.JsonAsync("pools")).EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!);
        Assert.Equal("2", pools["a"].GetProperty("lent").GetProperty("cpu").GetString());
        Assert.Equal("2", pools["b"].GetProperty("borrowed").GetProperty("cpu").GetString());
        Assert.Equal("b", pools["a"].GetProperty("loans")[0].GetProperty("borrower").GetString());
        Assert.Contains("BORROWERS", (await server.RunAsync("pools", "-o", "wide")).Expect(0).Output, StringComparison.Ordinal);

        // the lender's own task gets its room; the borrower's goes back to the queue without using a retry
        var own = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000), "a");
        await witness.UntilAsync(_ => witness.Starts(own).Count == 1, "the lender did not get its room back");
        var after = await client.GetAsync(borrowed.Ids.ToList());
        Assert.Equal([TaskState.Queued, TaskState.Running], after.Select(t => t.State).Order());
        witness.OpenGate();
        Assert.All(await client.WaitAsync([own, .. borrowed.Ids], Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task KeepsItsLoans_WhenTheServerIsKilledAndWhenTheAgentComesBack()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        (await server.RunAsync("apply", server.WriteFile("fleet.yaml", Fleet))).Expect(0);
        await server.JoinAsync("n", "cpu=2,memory=512Mi", "--pool", "a");
        var borrowed = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true).Asking(1000), 2)], "b");
        await witness.UntilStartedAsync(2);
        await server.KillAsync();
        await server.UpAsync();
        // the agent joins again: its leases of the borrowing pool still stand, and nothing was started a second time
        await Until.TrueAsync(async () => (await client.GetAsync(borrowed.Ids.ToList())).All(t => t.State == TaskState.Running), "the borrowed tasks do not run on");
        Assert.All(await client.GetAsync(borrowed.Ids.ToList()), t => Assert.Equal(1, t.Attempt));

        // killed again while the loan is being called back
        var own = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000), "a");
        await server.KillAsync();
        await server.UpAsync();
        await witness.UntilAsync(_ => witness.Starts(own).Count == 1, "the lender did not get its room back");
        witness.OpenGate();
        Assert.All(await client.WaitAsync([own, .. borrowed.Ids], Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
