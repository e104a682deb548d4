using System.ComponentModel;
using System.Diagnostics;

namespace Granary.Execution.Outside;

/// <summary>What a program said.</summary>
/// <param name="Code">Its exit code; null when it did not end in time, or could not be started.</param>
internal readonly record struct ToolAnswer(int? Code, string Output, string Error)
{
    public bool IsGood => Code == 0;

    /// <summary>The last line of what it complained about, for people.</summary>
    public string Complaint => (Error.Length > 0 ? Error : Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last
        : Code is { } code ? $"exit code {code}" : "no answer";
}

/// <summary>Asks a program of the machine something, with a bound on how long and how much it may answer.</summary>
internal static class ToolRun
{
    private const int MostCharacters = 64 * 1024;

    private static readonly TimeSpan RestWithin = TimeSpan.FromMilliseconds(500);

    public static async Task<ToolAnswer> Ask(string program, IReadOnlyList<string> arguments, TimeSpan within, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(within);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var output = Read(process.StandardOutput, limit.Token);
                var error = Read(process.StandardError, limit.Token);
                await process.WaitForExitAsync(limit.Token);
                // what it leaves behind may hold its output open: what was said by then is the answer
                limit.CancelAfter(RestWithin);
                return new(process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                Kill(process);
                return new(null, "", $"{Path.GetFileName(program)} did not answer within {within.TotalSeconds:F0} s");
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return new(null, "", $"{program} cannot be started: {e.Message}");
        }
    }

    /// <summary>The program's file on a search path; null where it is not.</summary>
    public static string? Find(string name, string searchPath)
    {
        foreach (var directory in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = Path.Combine(directory, name);
            if (directory[0] == '/' && File.Exists(path) && Posix.Sys.CanAccess(path, Posix.LibC.AccessExecute)) return path;
        }
        return null;
    }

    private static async Task<string> Read(StreamReader reader, CancellationToken cancel)
    {
        var (text, buffer) = (new System.Text.StringBuilder(), new char[4096]);
        try
        {
            while (await reader.ReadAsync(buffer, cancel) is > 0 and var got)
                if (text.Length < MostCharacters) text.Append(buffer, 0, got); // the rest is read so that the program can go on
        }
        catch (OperationCanceledException)
        {
            // who waits for the program's end decides what that means
        }
        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // it ended just now
        }
    }
}
