using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>A server of its own process on free ports with a data directory of its own; killed and removed at the end.</summary>
internal sealed partial class TestServer : IAsyncDisposable
{
    private readonly List<Process> _processes = [];
    private Process? _process;

    private TestServer(string data) => Data = data;

    public string Data { get; }

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the server is not running");

    /// <summary>Environment given to the server, for settings.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public static async Task<TestServer> StartAsync(params string[] options)
    {
        var server = Prepare();
        await server.UpAsync(options);
        return server;
    }

    /// <summary>A data directory without a server yet.</summary>
    public static TestServer Prepare() => new(Directory.CreateTempSubdirectory("granary-e2e-").FullName);

    /// <summary>Starts (again) on the same data and waits until it is ready.</summary>
    public async Task UpAsync(params string[] options)
    {
        var info = Cli.StartInfo(Data, ["up", "--data", Data, "--gateway-port", "0", "--http-port", "0", .. options]);
        foreach (var (key, value) in Environment) info.Environment[key] = value;
        File.Delete(Path.Combine(Data, "server.json"));
        _process = Process.Start(info)!;
        _processes.Add(_process);
        var log = new System.Text.StringBuilder();
        _process.ErrorDataReceived += (_, e) => { lock (log) log.AppendLine(e.Data); };
        _process.OutputDataReceived += (_, e) => { lock (log) log.AppendLine(e.Data); };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Until.TrueAsync(
            () => Task.FromResult(_process.HasExited || (Info() is { } i && i.GetProperty("pid").GetInt32() == _process.Id)),
            TimeSpan.FromSeconds(30), () => { lock (log) return $"the server did not become ready:\n{log}"; });
        if (_process.HasExited) lock (log) Assert.Fail($"the server ended with {_process.ExitCode}:\n{log}");
    }

    public Task<CliResult> RunAsync(params string[] arguments) => Cli.RunAsync(Data, arguments);

    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = (await RunAsync([.. arguments, "-o", "json"])).Expect(0);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    public Uri Http => new(Info()!.Value.GetProperty("http").GetString()!);

    public string Gateway => Info()!.Value.GetProperty("gateway").GetString()!;

    /// <summary>SIGKILL, as a crash would.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process = null;
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        Assert.Equal(0, SysKill(_process!.Id, 15));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await _process.WaitForExitAsync(limit.Token);
        var code = _process.ExitCode;
        _process = null;
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            SysKill(_process.Id, 15);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        foreach (var process in _processes) process.Dispose();
        try
        {
            Directory.Delete(Data, recursive: true);
        }
        catch (IOException)
        {
            // a task that outlived its server may still be writing: the directory is temporary anyway
        }
    }

    private JsonElement? Info()
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "server.json"))).RootElement;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SysKill(int pid, int signal);
}
