using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Cli.Hosting;

/// <summary>
/// Lets a process stay when its terminal goes: a session of its own, output to a file, no input. Must come before anything touches the console,
/// which keeps what its streams were at the first touch.
/// </summary>
internal static class Detached
{
    /// <summary>Given by <c>up --detach</c> to the process that it starts; nobody else's business.</summary>
    public const string LogOption = "--detached-log";

    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Append = 0x400;
    private const int CloseOnExec = 0x80000;

    public static void BecomeIfAsked(string[] args)
    {
        var log = args.FirstOrDefault(a => a.StartsWith(LogOption + "=", StringComparison.Ordinal))?[(LogOption.Length + 1)..];
        if (log is null) return;
        _ = SetSession();
        var before = Enumerable.Range(0, 3).Select(Target).ToArray();
        Replace([1, 2, .. Copies(before[1]), .. Copies(before[2])], log, WriteOnly | Create | Append);
        Replace([0, .. Copies(before[0])], "/dev/null", ReadOnly);
    }

    /// <summary>
    /// The runtime has duplicated the standard streams before the first line of ours ran. A pipe that is still held by a copy never ends for
    /// whoever reads it, as in <c>$(granary up --detach)</c>.
    /// </summary>
    private static IEnumerable<int> Copies(string target)
    {
        if (target is "" or "/dev/null") yield break;
        foreach (var name in Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Path.GetFileName))
            if (int.TryParse(name, out var descriptor) && descriptor > 2 && Target(descriptor) == target) yield return descriptor;
    }

    private static string Target(int descriptor)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}")).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return ""; // closed meanwhile
        }
    }

    private static void Replace(int[] descriptors, string path, int flags)
    {
        var opened = Open(Encoding.UTF8.GetBytes(path + "\0"), flags | CloseOnExec, 0x180); // 0600
        if (opened < 0) return;
        foreach (var descriptor in descriptors) _ = Duplicate(opened, descriptor, descriptor > 2 ? CloseOnExec : 0);
        _ = Close(opened);
    }

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int SetSession();

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags, int mode);

    [DllImport("libc", EntryPoint = "dup3")]
    private static extern int Duplicate(int from, int to, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
