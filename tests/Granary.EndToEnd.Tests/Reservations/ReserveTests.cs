using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Reservations;

/// <summary><c>reserve</c>, <c>reservations</c>, <c>unreserve</c> with real processes.</summary>
public sealed class ReserveTests
{
    [Fact]
    public async Task TheReservedAgentStartsAtOnceUnderAFlood_AlsoAfterAKilledServer()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        await server.JoinAsync("a", "cpu=2,memory=256Mi");
        Assert.Equal("default/r1", Assert.Single((await server.RunAsync("reserve", "--agent", "safety", "--cpu", "1", "--for", "10m")).Expect(0).Lines));

        // The flood wants all of the node and never ends: it gets what is not reserved.
        var flood = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true).Asking(1000), 20)]);
        await witness.UntilStartedAsync(1);
        var waiting = (await client.GetAsync(flood.Ids.ToList())).First(t => t.State == TaskState.Queued);
        Assert.Equal(WaitReason.Reserved, waiting.WaitReason);
        Assert.Contains("reserved for agent safety", waiting.Reason, StringComparison.Ordinal);

        await server.KillAsync();
        await server.UpAsync();
        var listed = (await server.JsonAsync("reservations"))[0];
        Assert.Equal(("default/r1", "active", "1"), (listed.GetProperty("id").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("resources").GetProperty("cpu").GetString()));

        var own = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000) with { Agent = "safety" });
        await witness.UntilAsync(_ => witness.Starts(own).Count == 1, "the reserved agent's task did not start beside the flood");
        Assert.Equal("1", (await server.JsonAsync("reservations"))[0].GetProperty("used").GetProperty("cpu").GetString());
        Assert.Single(await client.GetAsync(flood.Ids.ToList()), t => t.State is TaskState.Running or TaskState.Placed);

        var refused = await server.RunAsync("reserve", "--agent", "other", "--cpu", "2", "--for", "5m");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("at most cpu=", refused.Error, StringComparison.Ordinal);
        Assert.Contains("given up", (await server.RunAsync("unreserve", "r1")).Expect(0).Output, StringComparison.Ordinal);
        witness.OpenGate();
        Assert.All(await client.WaitAsync(flood.Ids, Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
    }

    [Fact]
    public async Task AFleetFilesReservationsAreMadeOnce()
    {
        await using var server = await TestServer.StartAsync();
        var file = server.WriteFile("fleet.yaml", $$"""
            reservations:
              - { agent: safety, resources: { cpu: 100m }, from: +10m, for: 5m }
              - { agent: safety, resources: { cpu: 100m }, from: {{DateTime.UtcNow.AddDays(30):yyyy-MM-dd}}T08:00:00Z, for: 1h, every: day, count: 3 }
            """);
        for (var time = 0; time < 2; time++)
        {
            Assert.Contains("2 reservations held", (await server.RunAsync("apply", file)).Expect(0).Output, StringComparison.Ordinal);
            Assert.Equal(["default/r1", "default/r2"], (await server.JsonAsync("reservations")).EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        }
    }
}
