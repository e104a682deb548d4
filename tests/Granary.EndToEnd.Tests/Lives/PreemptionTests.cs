using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Lives;

/// <summary>An agent takes its guarantee back from one that has filled the pool; what was stopped runs again and succeeds.</summary>
public sealed class PreemptionTests
{
    [Fact]
    public async Task ReclaimsAGuaranteeWithGrace()
    {
        await using var server = await TestServer.StartWithoutNodeAsync();
        await server.JoinAsync("n");
        (await server.RunAsync("apply", server.WriteFile("agents.yaml", "agents:\n  - { id: owed, guarantee: { cpu: 1 } }\n  - { id: hog }\n"))).Expect(0);
        var client = await server.ClientAsync();
        var (gate, terms, starts) = (Path.Combine(server.Root, "gate"), Path.Combine(server.Root, "terms"), Path.Combine(server.Root, "starts"));
        var script = $"trap 'echo \"$GRANARY_TASK\" >> {terms}; exit 1' TERM; echo \"$GRANARY_TASK\" >> {starts}; while [ ! -e {gate} ]; do sleep 0.05; done";
        var hog = new List<TaskId>();
        for (var i = 0; i < 2; i++)
            hog.Add(await client.SubmitAsync((Specs.Sh(script) with { Agent = "hog", KillGrace = TimeSpan.FromSeconds(10) }).Asking(1000)));
        await Until.TrueAsync(() => File.Exists(starts) && File.ReadAllLines(starts).Length == 2, "the hog's tasks did not start");

        var held = Path.Combine(server.Root, "held");
        var owed = await client.SubmitAsync((Specs.Gated(held) with { Agent = "owed" }).Asking(1000));
        await Until.TrueAsync(async () => (await client.GetAsync(owed))?.State == TaskState.Running, "the guarantee was not taken back");
        var seen = await Until.FileAsync(terms); // it saw SIGTERM and ended in its grace
        var victim = Assert.Single(hog, id => id.ToString() == seen);
        var waiting = await client.GetAsync(victim);
        Assert.Equal((TaskState.Queued, 1, 1), (waiting!.State, waiting.Attempt, waiting.Preemptions));
        Assert.Equal((owed, "owed", PreemptionKind.Reclaim), (waiting.LastPreemption!.For, waiting.LastPreemption.Agent, waiting.LastPreemption.Kind));
        var history = (await server.JsonAsync("explain", victim.ToString())).GetProperty("history").EnumerateArray().Select(l => l.GetString()).ToArray();
        Assert.Contains(history, l => l!.Contains($"preempted for {owed} of owed (Reclaim)", StringComparison.Ordinal));
        Assert.Equal(1, (await server.JsonAsync("pools"))[0].GetProperty("preemptions").GetProperty("Reclaim").GetInt64());

        File.WriteAllText(held, "");
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(owed, Until.Patience)).State);
        File.WriteAllText(gate, "");
        foreach (var id in hog)
        {
            var task = await client.WaitAsync(id, Until.Patience);
            Assert.Equal((TaskState.Succeeded, id == victim ? 2 : 1), (task.State, task.Attempt)); // no retry was used: it has none
        }
    }
}
