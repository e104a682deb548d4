using System.Globalization;
using System.Runtime.InteropServices;

namespace Granary.Memory.Shared;

/// <summary>A process as one word: its pid (22 bits) and its start time in ticks since boot (42 bits), so that a pid that was given again is another process.</summary>
internal static partial class ProcessIdentity
{
    private const int PidBits = 22;
    private const int NoSuchProcess = 3;

    /// <summary>This process.</summary>
    public static ulong Own { get; } = Read(Environment.ProcessId, out var own) && own.Alive ? own.Identity : throw new PlatformNotSupportedException("/proc/self/stat cannot be read: shared pools need Linux with /proc");

    public static int Pid(ulong identity) => (int)(identity & ((1u << PidBits) - 1));

    /// <summary>Whether it runs still. What cannot be told counts as running: taking something from a living process is worse than keeping it for a dead one.</summary>
    public static bool IsAlive(ulong identity)
    {
        var pid = Pid(identity);
        if (pid == 0) return false;
        if (Kill(pid, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess) return false;
        return !Read(pid, out var now) || now.Identity == identity && now.Alive;
    }

    /// <summary>Which numbering of processes this process is in: identities of another mean nothing here.</summary>
    public static ulong Namespace()
    {
        // pid:[4026531836]
        var link = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";
        var digits = link.AsSpan(link.IndexOf('[') + 1).TrimEnd(']');
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Fields 3, 20 and 22 of /proc/PID/stat, counted from behind the name, which may hold anything.</summary>
    private static bool Read(int pid, out (ulong Identity, bool Alive) process)
    {
        process = default;
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat.AsSpan(stat.LastIndexOf(')') + 2);
            Span<Range> ranges = stackalloc Range[21];
            if (fields.Split(ranges, ' ') < 21) return false;
            var start = ulong.Parse(fields[ranges[19]], NumberStyles.None, CultureInfo.InvariantCulture);
            var threads = int.Parse(fields[ranges[17]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            // a main thread that ended before the others also shows Z
            var ended = fields[0] is 'X' || fields[0] is 'Z' && threads <= 1;
            process = ((start << PidBits) | (uint)pid, !ended);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
