using System.Diagnostics;

namespace Granary.Profiling.Tests;

/// <summary>A process of a test's own; it ends with the test.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private bool _disposed;

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    /// <summary>A program that is ready when it says so in its first line.</summary>
    public static ChildProcess Load(string verb)
    {
        var child = new ChildProcess(new(Environment.ProcessPath is { } dotnet && Path.GetFileName(dotnet) == "dotnet" ? dotnet : "dotnet", [Path.Combine(AppContext.BaseDirectory, "Granary.Profiling.Load.dll"), verb]));
        Assert.Equal("ready", child._process.StandardOutput.ReadLine());
        return child;
    }

    /// <summary>A shell that says <c>ready</c> and then does the rest.</summary>
    public static ChildProcess Shell(string script)
    {
        var child = new ChildProcess(new("/bin/sh", ["-c", "echo ready; " + script]));
        Assert.Equal("ready", child._process.StandardOutput.ReadLine());
        return child;
    }

    public void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _process.StandardInput.Close();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(10_000);
        _process.Dispose();
    }
}
