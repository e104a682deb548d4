using System.Diagnostics;

namespace Granary.Storage.Tests;

/// <summary>A real child process, killed with SIGKILL at the latest when it is disposed.</summary>
internal sealed class CrasherProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    public CrasherProcess(string verb, string directory)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Granary.Storage.Crasher.dll");
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet")
        {
            ArgumentList = { program, verb, directory },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public int Id => _process.Id;

    /// <summary>The next whole line, or null once the process is gone and all it wrote was read.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience).GetAwaiter().GetResult();

    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Patience));
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
