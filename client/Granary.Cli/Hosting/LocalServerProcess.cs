using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Hosting;

/// <summary>Starts and stops the server of this machine as a process of its own.</summary>
internal static class LocalServerProcess
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Where a detached server writes what it would have written to its terminal.</summary>
    public static string LogFile(LocalServer server) => Path.Combine(server.DataDirectory, "logs", "server.log");

    /// <summary>Returns once the server answers.</summary>
    /// <exception cref="GranaryException">Refused when one runs already; what the server said when it did not start.</exception>
    public static async Task<ServerRecord> Start(UpOptions up, CancellationToken cancel)
    {
        var server = new LocalServer(up.DataDirectory);
        if (server.ReadAlive() is { } running)
            throw GranaryException.Refused($"a server runs already on {server.DataDirectory}: process {running.Pid}, gateway {running.Gateway}; 'granary down' stops it");
        var log = LogFile(server);
        try
        {
            // the output of tasks is nobody else's business
            if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(server.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(Path.GetDirectoryName(log)!);
            // The server makes its own files; this one is made here so that the first words are not lost, readable by nobody else.
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var begun = new FileStream(log, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GranaryException($"{server.DataDirectory} cannot be written ({e.Message}); name another with --data DIR or {LocalServer.DataDirectoryVariable}", e) { Code = ErrorCode.Refused };
        }
        var said = new FileInfo(log).Length;
        var pinned = up with { DataDirectory = server.DataDirectory };
        using var process = Process.Start(Self(log, ["up", Detached.Option, .. pinned.Words()]))
            ?? throw GranaryException.Unavailable("the server's process could not be started");
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < StartLimit)
        {
            if (process.HasExited) throw Failed(process.ExitCode, log, said);
            if (server.ReadAlive() is { } record && record.Pid == process.Id && await Answers(server, record, cancel)) return record;
            await Task.Delay(Pause, cancel);
        }
        process.Kill();
        throw GranaryException.TimedOut($"the server did not answer within {StartLimit.TotalSeconds:0} s; {log} says what it did");
    }

    /// <summary>Asks the process to end and waits until it has. False when none runs.</summary>
    public static async Task<ServerRecord?> Stop(LocalServer server, CancellationToken cancel)
    {
        if (server.ReadAlive() is not { } record) return null;
        if (Kill(record.Pid, SigTerm) != 0)
            throw GranaryException.Refused($"process {record.Pid} belongs to another user; stop it as that user");
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < StopLimit)
        {
            if (!LocalServer.IsAlive(record)) return record;
            await Task.Delay(Pause, cancel);
        }
        throw GranaryException.TimedOut($"process {record.Pid} has not ended within {StopLimit.TotalSeconds:0} s; {LogFile(server)} may say why");
    }

    private static async Task<bool> Answers(LocalServer server, ServerRecord record, CancellationToken cancel)
    {
        try
        {
            await using var client = await GranaryClient.ConnectAsync(
                new GranaryClientOptions { Server = record.Gateway, Token = server.ReadToken(), DataDirectory = server.DataDirectory, ConnectTimeout = TimeSpan.FromSeconds(5) }, cancel);
            return true;
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Unavailable)
        {
            return false;
        }
    }

    /// <summary>
    /// This very program again, its output in a file and no input. The shell connects them, since the runtime keeps copies of what a process
    /// was started with: a pipe that was replaced later would stay open, and who reads from it would wait for the server.
    /// </summary>
    private static ProcessStartInfo Self(string log, IEnumerable<string> words)
    {
        var program = Environment.ProcessPath ?? "granary";
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var word in (string[])["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", log, program]) start.ArgumentList.Add(word);
        // Run by the dotnet program when it has no host of its own.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "granary.dll"));
        foreach (var word in words) start.ArgumentList.Add(word);
        return start;
    }

    private static GranaryException Failed(int code, string log, long from)
    {
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(Math.Min(from, stream.Length), SeekOrigin.Begin);
        var last = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(l => l.StartsWith("granary: ", StringComparison.Ordinal));
        return new GranaryException(
            Enum.IsDefined((ErrorCode)code) ? (ErrorCode)code : ErrorCode.Unavailable,
            last?["granary: ".Length..] ?? string.Create(CultureInfo.InvariantCulture, $"the server ended with exit code {code} as it started; {log} says why"));
    }

    private const int SigTerm = 15;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
