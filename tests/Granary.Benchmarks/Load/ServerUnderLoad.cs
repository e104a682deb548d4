using System.Diagnostics;
using Granary.Client;

namespace Granary.Benchmarks.Load;

/// <summary>A server as a process of its own, on free ports and a temporary data directory.</summary>
internal sealed class ServerUnderLoad : IAsyncDisposable
{
    private Process _process;

    private ServerUnderLoad(string data, Process process) => (Data, _process) = (data, process);

    public string Data { get; }

    public int ProcessId => _process.Id;

    /// <summary>Resident memory of the server now, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What the server's process has used so far, user and system.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<ServerUnderLoad> StartAsync(params string[] options)
    {
        var data = Directory.CreateTempSubdirectory("granary-load-").FullName;
        return new ServerUnderLoad(data, await LaunchAsync(data, options));
    }

    public Task<GranaryClient> ConnectAsync() =>
        GranaryClient.ConnectAsync(new GranaryClientOptions { DataDirectory = Data, ConnectTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>SIGKILL, then start again; the time until it answers is the restart time.</summary>
    public async Task<TimeSpan> CrashAndRestartAsync(params string[] options)
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        var clock = Stopwatch.StartNew();
        _process.Dispose();
        _process = await LaunchAsync(Data, options);
        return clock.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var term = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await term.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private static async Task<Process> LaunchAsync(string data, string[] options)
    {
        var server = new LocalServer(data);
        File.Delete(server.ServerFile);
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "granary.dll"), "up", "--data", data, "--gateway-port", "0", "--http-port", "0", .. options,
        ];
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        info.Environment["GRANARY__Server__LogLevel"] = "Warning";
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is { Length: > 0 } line) Console.Error.WriteLine($"  server: {line}");
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var clock = Stopwatch.StartNew();
        while (server.Read()?.Pid != process.Id)
        {
            if (process.HasExited) throw new InvalidOperationException($"the server ended with {process.ExitCode}");
            if (clock.Elapsed > TimeSpan.FromMinutes(3)) throw new TimeoutException("the server did not become ready within 3 minutes");
            await look.WaitForNextTickAsync();
        }
        return process;
    }
}
