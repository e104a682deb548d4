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

    public static void BecomeIfAsked(string[] args)
    {
        var log = args.FirstOrDefault(a => a.StartsWith(LogOption + "=", StringComparison.Ordinal))?[(LogOption.Length + 1)..];
        if (log is null) return;
        _ = SetSession();
        Replace(0, "/dev/null", ReadOnly);
        Replace(1, log, WriteOnly | Create | Append);
        Replace(2, log, WriteOnly | Create | Append);
    }

    private static void Replace(int descriptor, string path, int flags)
    {
        var opened = Open(Encoding.UTF8.GetBytes(path + "\0"), flags, 0x180); // 0600
        if (opened < 0) return;
        _ = Duplicate(opened, descriptor);
        _ = Close(opened);
    }

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int SetSession();

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags, int mode);

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Duplicate(int from, int to);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
