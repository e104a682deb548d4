using System.Runtime.InteropServices;

namespace Granary.Cli.Hosting;

/// <summary>Lets a process stay when its terminal goes: a session of its own, so that neither a hang-up nor a Ctrl-C reaches it.</summary>
internal static class Detached
{
    /// <summary>Given by <c>up --detach</c> to the process that it starts; nobody else's business.</summary>
    public const string Option = "--detached";

    public static void BecomeIfAsked(string[] args)
    {
        if (args.Length > 1 && args[0] == "up" && args.Contains(Option)) _ = SetSession();
    }

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int SetSession();
}
