using System.Diagnostics;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>The command line as a user runs it.</summary>
internal static class GranaryProgram
{
    /// <summary>The program in its own output folder, which lies beside that of these tests.</summary>
    public static string File { get; } = Find();

    /// <param name="dataDirectory">Where it looks for, or keeps, the local server.</param>
    /// <param name="arguments">Without the program's name.</param>
    public static ProcessStartInfo StartInfo(string dataDirectory, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.ArgumentList.Add(File);
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        foreach (var name in info.Environment.Keys.Where(k => k.StartsWith("GRANARY", StringComparison.Ordinal)).ToList()) info.Environment.Remove(name);
        info.Environment["GRANARY_DATA_DIR"] = dataDirectory;
        info.Environment["NO_COLOR"] = "1";
        // tests read and write what they like; those that are about the task's user say otherwise
        if (Environment.IsPrivilegedProcess) info.Environment["GRANARY__Node__RunAs"] = "root";
        // a server that 'run' starts must not meet those of other tests
        info.Environment["GRANARY__Server__GatewayPort"] = "0";
        info.Environment["GRANARY__Server__HttpPort"] = "0";
        return info;
    }

    private static string Find()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(own.Parent!.Parent!.FullName, "Granary.Cli", own.Name, "granary.dll");
        return Path.Exists(program) ? program : throw new FileNotFoundException($"{program} is missing; build client/Granary.Cli in the same configuration");
    }

    /// <summary>Runs to the end, at most <paramref name="within"/> (default 60 s).</summary>
    public static async Task<CliResult> RunAsync(
        string dataDirectory, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? within = null)
    {
        var info = StartInfo(dataDirectory, arguments);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) info.Environment[name] = value;
        await using var process = CliProcess.Start(info);
        return await process.ExitAsync(within);
    }
}

internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Fails with both outputs when the exit code is another.</summary>
    public CliResult Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, expected {exitCode}\n{this}");
        return this;
    }

    /// <summary>The exit code, and one line on standard error that holds all of <paramref name="parts"/>.</summary>
    public CliResult ExpectError(int exitCode, params string[] parts)
    {
        Assert.True(Errors.Length == 1, $"not one line of error\n{this}");
        return ExpectLastError(exitCode, parts);
    }

    /// <summary>The same where remarks on what it did so far may come before.</summary>
    public CliResult ExpectLastError(int exitCode, params string[] parts)
    {
        Expect(exitCode);
        foreach (var part in parts) Assert.True(Errors[^1].Contains(part, StringComparison.Ordinal), $"'{part}' is not in the error\n{this}");
        return this;
    }

    private string[] Errors => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"--- stdout\n{Output}\n--- stderr\n{Error}";
}
