using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Run;

/// <summary>The main job: <c>granary run FLEET.yaml</c> in a pipe.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task RunsAFleetThatSucceeds_AndRunsItAgain_AndLeavesNothingBehind()
    {
        await using var server = TestServer.Prepare();
        var fleet = server.WriteFile("fleet.yaml", Fleets.Small);

        var first = (await server.RunAsync("run", fleet)).Expect(0);
        Assert.Contains("10 of 10", first.Output, StringComparison.Ordinal);
        Assert.Contains("hashers", first.Output, StringComparison.Ordinal);
        Assert.Contains("sorters", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', first.Output);
        Assert.Empty(ProcessTable.Naming(server.Root));

        (await server.RunAsync("run", fleet)).Expect(0);
        Assert.Null(new LocalServer(server.Data).Read());
        Assert.Empty(ProcessTable.Naming(server.Root));
    }

    [Fact]
    public async Task ExitsWithOneAndTheReason_WhenATaskFails()
    {
        await using var server = TestServer.Prepare();
        var result = (await server.RunAsync("run", server.WriteFile("fleet.yaml", Fleets.Failing))).Expect(1);
        Assert.Contains("broken", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit code 3", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsesTheServerThatIsThere_AndLeavesItUp()
    {
        await using var server = await TestServer.StartAsync();
        (await server.RunAsync("run", server.WriteFile("fleet.yaml", Fleets.Small))).Expect(0);
        var tasks = await server.JsonAsync("tasks");
        Assert.Equal(10, tasks.GetArrayLength());
        Assert.All(tasks.EnumerateArray(), t => Assert.Equal("Succeeded", t.GetProperty("state").GetString()));
        Assert.Equal(server.ProcessId, new LocalServer(server.Data).ReadAlive()?.Pid);
    }

    [Fact]
    public async Task KeepsItsServer_WhenAskedTo()
    {
        await using var server = TestServer.Prepare();
        (await server.RunAsync("run", server.WriteFile("fleet.yaml", Fleets.Small), "--keep")).Expect(0);
        var tasks = await server.JsonAsync("tasks", "--state", "succeeded");
        Assert.Equal(10, tasks.GetArrayLength());
        (await server.RunAsync("down")).Expect(0);
        Assert.Null(new LocalServer(server.Data).ReadAlive());
    }

    [Fact]
    public async Task LeavesNoServerAndNoProcessBehind_WhenInterrupted()
    {
        await using var server = TestServer.Prepare();
        var fleet = server.WriteFile("fleet.yaml", Fleets.Gated(Path.Combine(server.Root, "gate")));
        var run = server.Start("run", fleet);
        await RunningAsync(server, 20);
        run.Signal(ProcessTable.Interrupt);
        (await run.ExitAsync()).Expect(130);
        Assert.Null(new LocalServer(server.Data).ReadAlive());
        Assert.Empty(ProcessTable.Naming(server.Root));
    }

    [Fact]
    public async Task GoesOn_WhenTheServerDiesAndComesBack()
    {
        await using var server = await TestServer.StartAsync();
        var gate = Path.Combine(server.Root, "gate");
        var run = server.Start("run", server.WriteFile("fleet.yaml", Fleets.Gated(gate)));
        await RunningAsync(server, 20);
        await server.KillAsync();
        await server.UpAsync();
        await File.WriteAllTextAsync(gate, "");
        Assert.Contains("20 of 20", (await run.ExitAsync()).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LosesNothing_WhenItIsKilled()
    {
        await using var server = TestServer.Prepare();
        var gate = Path.Combine(server.Root, "gate");
        var run = server.Start("run", server.WriteFile("fleet.yaml", Fleets.Gated(gate)));
        await RunningAsync(server, 20);
        run.Signal(ProcessTable.Kill);
        await run.ExitAsync();
        await File.WriteAllTextAsync(gate, "");
        if (new LocalServer(server.Data).ReadAlive() is null) await server.UpAsync();
        (await server.RunAsync(["wait", .. Enumerable.Range(1, 20).Select(n => $"default/{n}")])).Expect(0);
        if (new LocalServer(server.Data).ReadAlive() is not null) (await server.RunAsync("down")).Expect(0);
    }

    private static async Task RunningAsync(TestServer server, int tasks)
    {
        await Until.TrueAsync(() => new LocalServer(server.Data).ReadAlive() is not null, "run did not start a server");
        await using var client = await GranaryClient.ConnectAsync(new GranaryClientOptions { DataDirectory = server.Data, Server = new LocalServer(server.Data).Read()!.Gateway, Token = server.Token });
        await Until.TrueAsync(
            async () => (await client.PoolAsync(TaskId.DefaultPool)).Running == tasks,
            $"{tasks} tasks did not come to run");
    }
}
