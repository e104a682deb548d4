using System.Diagnostics;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>The command line as a user runs it: a process of its own.</summary>
internal static class Cli
{
    /// <summary>The program beside these tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "granary.dll");

    public static ProcessStartInfo StartInfo(string dataDirectory, params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.ArgumentList.Add(Program);
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        info.Environment["GRANARY_DATA_DIR"] = dataDirectory;
        info.Environment["NO_COLOR"] = "1";
        info.Environment.Remove("GRANARY_SERVER");
        info.Environment.Remove("GRANARY_TOKEN");
        return info;
    }

    /// <summary>Runs to the end, at most <paramref name="within"/> (default 60 s).</summary>
    public static async Task<CliResult> RunAsync(string dataDirectory, IEnumerable<string> arguments, TimeSpan? within = null)
    {
        using var process = Process.Start(StartInfo(dataDirectory, arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"granary {string.Join(' ', arguments)} did not end in time; output so far: {await output} {await error}");
        }
        return new CliResult(process.ExitCode, await output, await error);
    }
}

internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Fails with both outputs when the exit code is another.</summary>
    public CliResult Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, expected {exitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}");
        return this;
    }
}
