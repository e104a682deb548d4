using Granary.Model;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>A node agent alone: <c>granary node --join</c>.</summary>
internal sealed class NodeProcess(TestServer server, string name, string capacity, IReadOnlyList<string> options)
{
    private CliProcess? _process;

    public string Name => name;

    /// <summary>Where it keeps its tasks' files: outlives the process.</summary>
    public string Data { get; } = Path.Combine(server.Root, $"node-{name}");

    public CliProcess Process => _process ?? throw new InvalidOperationException("the agent is not running");

    public async Task StartAsync()
    {
        Directory.CreateDirectory(Data);
        var info = GranaryProgram.StartInfo(Data, ["node", "--join", server.Gateway, "--name", name, "--capacity", capacity, .. options]);
        info.Environment["GRANARY_TOKEN"] = server.Token;
        _process = server.Keep(CliProcess.Start(info));
        await UntilAsync(NodeState.Ready);
    }

    public async Task UntilAsync(NodeState state)
    {
        var client = await server.ClientAsync();
        await Until.TrueAsync(
            async () => (await client.NodesAsync()).Any(n => n.Spec.Name == name && n.State == state),
            () => $"node {name} did not become {state}:\n{_process}");
    }

    /// <summary>SIGKILL for the agent alone: its shim and the tasks live on.</summary>
    public async Task KillAsync()
    {
        Process.Signal(ProcessTable.Kill);
        await Until.TrueAsync(() => Process.HasExited, "the agent did not die");
    }

    /// <summary>What a power cut does: agent, shim and tasks die at once.</summary>
    public Task KillTreeAsync() => ProcessTable.KillAllAsync(Data);
}
