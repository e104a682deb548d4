using System.Diagnostics;
using System.Text;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>The command line as a process of its own, with what it has written so far. Killed when disposed.</summary>
internal sealed class CliProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _pumps;

    private CliProcess(Process process)
    {
        _process = process;
        process.StandardInput.Close();
        _pumps = Task.WhenAll(PumpAsync(process.StandardOutput, _output), PumpAsync(process.StandardError, _error));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output { get { lock (_output) return _output.ToString(); } }

    public string Error { get { lock (_error) return _error.ToString(); } }

    public static CliProcess Start(ProcessStartInfo info) => new(Process.Start(info)!);

    public void Signal(int signal) => ProcessTable.Signal(Id, signal);

    /// <summary>Waits for its end, and for the end of its output: what it leaves behind must not hold that open.</summary>
    public async Task<CliResult> ExitAsync(TimeSpan? within = null)
    {
        await Until.TrueAsync(() => _process.HasExited, $"it did not end:\n{this}", within ?? TimeSpan.FromSeconds(60));
        try
        {
            await _pumps.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"it has ended, but something that it left behind holds its output open:\n{this}");
        }
        return new CliResult(_process.ExitCode, Output, Error);
    }

    public Task UntilOutputAsync(string text) =>
        Until.TrueAsync(() => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), () => $"it did not write '{text}':\n{this}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(ProcessTable.Kill);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    public override string ToString() => $"granary {string.Join(' ', _process.StartInfo.ArgumentList.Skip(1))}\n--- stdout\n{Output}\n--- stderr\n{Error}";

    private static async Task PumpAsync(StreamReader from, StringBuilder to)
    {
        var buffer = new char[4096];
        int read;
        while ((read = await from.ReadAsync(buffer)) > 0) lock (to) to.Append(buffer, 0, read);
    }
}
