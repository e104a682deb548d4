using System.Diagnostics;
using Granary.Model;

namespace Granary.Silo.Energy;

/// <summary>A program that puts a machine to sleep or wakes it. No shell: its words are split at spaces, and the machine's name is the last argument.</summary>
internal static class PowerSwitch
{
    /// <summary>Null when there is no such program.</summary>
    public static Func<string, CancellationToken, Task>? Of(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : (node, cancel) => RunAsync(words, node, cancel);
    }

    private static async Task RunAsync(string[] words, string node, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(words[0]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var word in words.Skip(1).Append(node)) start.ArgumentList.Add(word);
        Process process;
        try
        {
            process = Process.Start(start) ?? throw GranaryException.Unavailable($"'{words[0]}' did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw GranaryException.Unavailable($"'{words[0]}' cannot be started: {e.Message}");
        }
        using (process)
        {
            process.StandardInput.Close();
            try
            {
                var said = process.StandardError.ReadToEndAsync(cancel);
                _ = process.StandardOutput.ReadToEndAsync(cancel);
                await process.WaitForExitAsync(cancel);
                if (process.ExitCode != 0) throw GranaryException.Unavailable($"'{words[0]}' for node {node} ended with exit code {process.ExitCode}: {FirstLine(await said)}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw GranaryException.Unavailable($"'{words[0]}' for node {node} took too long and was stopped");
            }
        }
    }

    private static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim().ToString().Split('\n')[0];
        return line.Length > 200 ? line[..200] : line;
    }
}
