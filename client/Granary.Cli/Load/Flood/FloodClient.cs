using System.Diagnostics;
using System.Globalization;
using Granary.Client;

namespace Granary.Cli.Load.Flood;

/// <summary>Somebody else's flood: this program again, at a lower priority (nice 10), sending large batches on several connections until it is disposed of.</summary>
internal sealed class FloodClient : IAsyncDisposable
{
    public const string Agent = "flood";
    public const int Connections = 8;
    public const int BatchesPerSecond = 400;
    public const int TasksPerBatch = 1_000;

    private readonly Process _process;

    private FloodClient(Process process) => _process = process;

    /// <param name="server">Which to flood.</param>
    /// <param name="record">Of the same server.</param>
    /// <param name="byRest">By its HTTP port instead of its gateway.</param>
    public static FloodClient Start(LocalServer server, ServerRecord record, bool byRest)
    {
        var program = Environment.ProcessPath ?? "granary";
        var start = new ProcessStartInfo("nice") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GRANARY_TOKEN"] = server.ReadToken();
        List<string> words = ["-n", "10", program];
        // run by the dotnet program when it has no host of its own
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") words.Add(Path.Combine(AppContext.BaseDirectory, "granary.dll"));
        words.AddRange(["load", "--server", record.Gateway, "--agent", Agent, "--duration", "10m"]);
        words.AddRange(["--clients", Number(Connections), "--rate", Number(BatchesPerSecond), "--batch", Number(TasksPerBatch), "--under-way", Number(BatchesPerSecond)]);
        if (byRest) words.AddRange(["--rest", record.Http]);
        foreach (var word in words) start.ArgumentList.Add(word);
        var process = Process.Start(start) ?? throw new InvalidOperationException("the flood's process could not be started");
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new FloodClient(process);
    }

    /// <exception cref="InvalidOperationException">It has ended, so that what is measured is no flood.</exception>
    public void CheckAlive()
    {
        if (_process.HasExited) throw new InvalidOperationException($"the flood's process ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
