using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>Two agents that claim one node's name; nodes that run no processes.</summary>
public sealed class NodeNameTests
{
    [Fact]
    public async Task ASecondAgentOnTheSameFilesIsRefused_NamingTheFirst()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var first = await server.JoinAsync("n1");
        var info = GranaryProgram.StartInfo(first.Data, ["node", "--join", server.Gateway, "--name", "n1", "--capacity", "cpu=1"]);
        info.Environment["GRANARY_TOKEN"] = server.Token;
        await using var second = CliProcess.Start(info);
        (await second.ExitAsync()).ExpectError(4, "n1", $"process {first.Process.Id}");
        await first.UntilAsync(NodeState.Ready);
    }

    [Fact]
    public async Task AnAgentElsewhereThatTakesTheNameOver_LeavesNoTaskRunningTwice()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var first = await server.JoinAsync("n1");
        var id = await client.SubmitAsync(witness.Spec(0, gated: true));
        await witness.UntilStartedAsync(1);
        var process = witness.Starts(id)[0].ProcessId;

        var elsewhere = Path.Combine(server.Root, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        var info = GranaryProgram.StartInfo(elsewhere, ["node", "--join", server.Gateway, "--name", "n1", "--capacity", "cpu=1"]);
        info.Environment["GRANARY_TOKEN"] = server.Token;
        await using var second = CliProcess.Start(info);
        // whoever keeps the name, the other ends with one line, and what it ran ends with it
        await Until.TrueAsync(() => first.Process.HasExited || second.HasExited, "both agents go on");
        var (loser, winner) = first.Process.HasExited ? (first.Process, second) : (second, first.Process);
        (await loser.ExitAsync()).ExpectLastError(4, "n1");
        Assert.False(winner.HasExited);
        if (loser == first.Process) await Until.TrueAsync(() => !ProcessTable.IsAlive(process), "what the loser ran goes on");
        witness.OpenGate();
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(id, Until.Patience)).State);
    }

    [Fact]
    public async Task SimulatedNodesTakeTheDeclaredTime()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var fleet = server.WriteFile("simulated.yaml", """
            nodes:
              - { name: sim-1, simulated: true, capacity: { cpu: 64, memory: 256Gi, gpu: 8 } }
            tasks:
              - { name: train, agent: trainer, command: [/no/such/program], resources: { gpu: 4 }, duration: 300ms, count: 5 }
            """);
        (await server.RunAsync("run", fleet)).Expect(0);
        var tasks = (await server.JsonAsync("tasks")).EnumerateArray().ToList();
        Assert.Equal(5, tasks.Count);
        Assert.All(tasks, t => Assert.Equal("sim-1", t.GetProperty("node").GetString()));
        Assert.All(tasks, t => Assert.True(t.GetProperty("finished").GetDateTimeOffset() - t.GetProperty("started").GetDateTimeOffset() >= TimeSpan.FromMilliseconds(290)));
    }

    [Fact]
    public async Task AnAgentThatIsAskedToEnd_StopsItsTasksAndLeaves()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var leaving = await server.JoinAsync("leaving");
        var id = await client.SubmitAsync(witness.Spec(0, gated: true));
        await witness.UntilStartedAsync(1);
        await server.JoinAsync("staying");
        leaving.Process.Signal(ProcessTable.Terminate);
        (await leaving.Process.ExitAsync()).Expect(0);
        await leaving.UntilAsync(NodeState.Down);
        await witness.UntilAsync(_ => witness.Starts(id).Count == 2, "the task was not started elsewhere");
        witness.OpenGate();
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal((TaskState.Succeeded, "staying", 2), (task.State, task.Node, task.Attempt));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
