using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>Processes of this machine as /proc shows them.</summary>
internal static partial class ProcessTable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Living processes (a zombie is not) whose command line, environment or working directory names <paramref name="path"/>.</summary>
    public static IReadOnlyList<ProcessEntry> Naming(string path)
    {
        var found = new List<ProcessEntry>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId) continue;
            if (!IsAlive(pid)) continue;
            var command = Read($"{directory}/cmdline");
            if (command.Contains(path, StringComparison.Ordinal) || Read($"{directory}/environ").Contains(path, StringComparison.Ordinal)
                || WorkingDirectory(directory).StartsWith(path, StringComparison.Ordinal))
                found.Add(new ProcessEntry(pid, command.Replace('\0', ' ').Trim()));
        }
        return found;
    }

    /// <summary>True while it runs or is stopped; false for a zombie and for nobody.</summary>
    public static bool IsAlive(int pid)
    {
        var stat = Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        var state = stat.LastIndexOf(')') + 2;
        return stat.Length > state && stat[state] is not ('Z' or 'X');
    }

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    public static void Signal(int pid, int signal)
    {
        Assert.True(pid > 1);
        if (SysKill(pid, signal) != 0) Assert.Equal(NoSuchProcess, Marshal.GetLastPInvokeError());
    }

    /// <summary>SIGKILL for all that name <paramref name="path"/>, until there is none: some start others as they die.</summary>
    public static Task KillAllAsync(string path) => Until.TrueAsync(
        () =>
        {
            var left = Naming(path);
            foreach (var process in left) Signal(process.Id, Kill);
            return left.Count == 0;
        },
        $"processes that name {path} could not be killed");

    private const int NoSuchProcess = 3;

    private static string Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it ended while we looked, or is not ours
        }
    }

    private static string WorkingDirectory(string directory)
    {
        try
        {
            return new FileInfo($"{directory}/cwd").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SysKill(int pid, int signal);
}

internal sealed record ProcessEntry(int Id, string Command)
{
    public override string ToString() => $"{Id} {Command}";
}
