using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Strategies;

/// <summary>A pool that works is told to decide otherwise: by other strategies, then by the parts of a plug-in that the server loaded.</summary>
public sealed class SwitchTests
{
    private static readonly string Plugin = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Granary.SamplePlugin",
        Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Granary.SamplePlugin.dll"));

    [Fact]
    public async Task ALivePoolChangesItsStrategy_AndWhatRunsIsNotDisturbed()
    {
        await using var server = TestServer.Prepare("--no-node");
        File.Copy(Plugin, Path.Combine(Directory.CreateDirectory(Path.Combine(server.Data, "plugins")).FullName, "sample.dll"));
        await server.UpAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        await server.JoinAsync("a", "cpu=2,memory=512Mi");
        await server.JoinAsync("z", "cpu=4,memory=512Mi");
        var running = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(1);
        Assert.Equal("a", (await client.GetAsync([running]))[0].Node); // best fit: the fuller node
        foreach (var strategy in new[] { "fifo", "priority", "sla", "cost", "affinity", "ml_adaptive", "fair" })
        {
            (await server.RunAsync("apply", server.WriteFile("fleet.yaml", $"pools: [{{ name: default, strategy: {strategy} }}]\n"))).Expect(0);
            Assert.Equal(strategy, (await server.JsonAsync("pools"))[0].GetProperty("strategy").GetString());
        }
        (await server.RunAsync("apply", server.WriteFile("fleet.yaml", "pools: [{ name: default, policy: { placement: { score: last-name } } }]\n"))).Expect(0);
        var placed = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(2);
        Assert.Equal("z", (await client.GetAsync([placed]))[0].Node); // the plug-in's score: the last name

        // one that throws is passed over, and the pool says so
        (await server.RunAsync("apply", server.WriteFile("fleet.yaml", "pools: [{ name: default, policy: { placement: { score: broken } } }]\n"))).Expect(0);
        var despite = await client.SubmitAsync(witness.Spec(0, gated: true).Asking(1000));
        await witness.UntilStartedAsync(3);
        Assert.Contains("this score never works", (await server.JsonAsync("pools"))[0].GetProperty("note").GetString(), StringComparison.Ordinal);
        var refused = await server.RunAsync("apply", server.WriteFile("fleet.yaml", "pools: [{ name: default, policy: { placement: { score: nowhere } } }]\n"));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("nowhere", refused.Error, StringComparison.Ordinal);

        witness.OpenGate();
        TaskId[] all = [running, placed, despite];
        Assert.All(await client.WaitAsync(all, Until.Patience), t => Assert.Equal((TaskState.Succeeded, 1), (t.State, t.Attempt)));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
