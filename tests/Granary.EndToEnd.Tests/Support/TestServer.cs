using System.Globalization;
using System.Text.Json;
using Granary.Client;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>A server in a process of its own, with its own ports, data directory and node agents; all of it is ended and removed at the end.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly List<CliProcess> _processes = [];
    private CliProcess? _process;
    private GranaryClient? _client;

    private TestServer()
    {
        Root = Directory.CreateTempSubdirectory("granary-e2e-").FullName;
        Data = Path.Combine(Root, "server");
        Directory.CreateDirectory(Data);
    }

    /// <summary>Holds the data of the server and of its nodes, and what a test puts there.</summary>
    public string Root { get; }

    public string Data { get; init; }

    public int GatewayPort { get; } = FreePort.Take();

    public int HttpPort { get; } = FreePort.Take();

    public string Gateway => FreePort.Loopback(GatewayPort);

    public Uri Http => new($"http://{FreePort.Loopback(HttpPort)}");

    public string Token => File.ReadAllText(Path.Combine(Data, "token")).Trim();

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the server is not running");

    /// <summary>What the server has written so far.</summary>
    public string Said => _process is { } process ? process.Output + process.Error : "";

    /// <summary>Environment given to the server, for settings.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Given to every start.</summary>
    public List<string> Options { get; } = [];

    public static async Task<TestServer> StartAsync(params string[] options)
    {
        var server = Prepare(options);
        await server.UpAsync();
        return server;
    }

    /// <summary>A place without a server yet.</summary>
    public static TestServer Prepare(params string[] options)
    {
        var server = new TestServer();
        server.Options.AddRange(options);
        return server;
    }

    /// <summary>A server without a node of its own, that takes half a second of silence for suspect and two for lost.</summary>
    public static async Task<TestServer> StartWithoutNodeAsync()
    {
        var server = Prepare("--no-node");
        server.Environment["GRANARY__Grains__SuspectAfter"] = "00:00:00.5";
        server.Environment["GRANARY__Grains__LostAfter"] = "00:00:02";
        server.Environment["GRANARY__Grains__HeartbeatEvery"] = "00:00:00.1";
        await server.UpAsync();
        return server;
    }

    public IEnumerable<string> UpArguments => ["up", "--data", Data, "--gateway-port", Number(GatewayPort), "--http-port", Number(HttpPort), .. Options];

    /// <summary>Starts (again) on the same data and ports and waits until it is ready.</summary>
    public async Task UpAsync()
    {
        var info = GranaryProgram.StartInfo(Data, UpArguments);
        foreach (var (key, value) in Environment) info.Environment[key] = value;
        var process = CliProcess.Start(info);
        _processes.Add(process);
        _process = process;
        await Until.TrueAsync(
            () => Task.FromResult(process.HasExited || new LocalServer(Data).Read()?.Pid == process.Id),
            () => $"the server did not become ready:\n{process}", TimeSpan.FromSeconds(60));
        if (process.HasExited) Assert.Fail($"the server ended:\n{process}");
    }

    /// <summary>The SDK, connected; it outlives restarts of the server.</summary>
    public async Task<GranaryClient> ClientAsync() => _client ??= await ConnectAsync();

    /// <summary>A connection that the caller disposes.</summary>
    public Task<GranaryClient> ConnectAsync() =>
        GranaryClient.ConnectAsync(new GranaryClientOptions { Server = Gateway, Token = Token, DataDirectory = Data, RetryFor = TimeSpan.FromSeconds(60), ConnectTimeout = TimeSpan.FromSeconds(30) });

    public Task<CliResult> RunAsync(params string[] arguments) => GranaryProgram.RunAsync(Data, arguments);

    /// <summary>Started, not waited for.</summary>
    public CliProcess Start(params string[] arguments)
    {
        var process = CliProcess.Start(GranaryProgram.StartInfo(Data, arguments));
        _processes.Add(process);
        return process;
    }

    /// <summary>What a successful command wrote with <c>-o json</c>.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var dashes = Array.IndexOf(arguments, "--");
        string[] all = dashes < 0 ? [.. arguments, "-o", "json"] : [.. arguments[..dashes], "-o", "json", .. arguments[dashes..]];
        var result = (await RunAsync(all)).Expect(0);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>A node agent alone, with a data directory of its own, once the server sees it ready.</summary>
    public async Task<NodeProcess> JoinAsync(string name, string capacity = "cpu=2,memory=512Mi", params string[] options)
    {
        var node = new NodeProcess(this, name, capacity, options);
        await node.StartAsync();
        return node;
    }

    internal CliProcess Keep(CliProcess process)
    {
        _processes.Add(process);
        return process;
    }

    /// <summary>SIGKILL, as a crash would.</summary>
    public async Task KillAsync()
    {
        var process = _process!;
        _process = null;
        process.Signal(ProcessTable.Kill);
        await process.ExitAsync();
    }

    /// <summary>What a power cut does: the server, its shim, all nodes and tasks die at once.</summary>
    public async Task KillEverythingAsync()
    {
        _process = null;
        await ProcessTable.KillAllAsync(Root);
    }

    /// <summary>SIGTERM, and what it ended with.</summary>
    public async Task<CliResult> TerminateAsync()
    {
        var process = _process!;
        _process = null;
        process.Signal(ProcessTable.Terminate);
        return await process.ExitAsync();
    }

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A shell script that can be run by its path.</summary>
    public string WriteScript(string name, string text)
    {
        var path = WriteFile(name, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        foreach (var process in _processes.Where(p => p.Error.Length > 0))
            TestContext.Current.TestOutputHelper?.WriteLine($"{process}");
        foreach (var process in _processes) await process.DisposeAsync();
        // shims and tasks outlive what started them, as they should: here they end with the test
        await ProcessTable.KillAllAsync(Root);
        Directory.Delete(Root, recursive: true);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
