using System.Globalization;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>In what a thread waits, as far as the kernel says: the function of the program, the system call, the kernel's functions.</summary>
/// <param name="Call">Number of the system call; -1 when unknown.</param>
/// <param name="Pc">Address in the program; 0 when unknown.</param>
/// <param name="Kernel">From the outermost to the innermost.</param>
internal sealed record WaitPlace(int Call, ulong Pc, IReadOnlyList<string> Kernel)
{
    private static readonly string[] Entries = ["entry_SYSCALL_64_after_hwframe", "do_syscall_64", "x64_sys_call", "el0_svc", "el0t_64_sync", "invoke_syscall", "do_el0_svc", "el0_svc_common", "el0t_64_sync_handler", "ret_from_fork", "ret_from_fork_asm"];

    /// <param name="directory"><c>/proc/PID/task/TID</c>.</param>
    public static WaitPlace Read(SystemRoot root, string directory)
    {
        var (call, pc) = ParseCall(root.Read(directory + "/syscall"));
        var kernel = ParseStack(root.Read(directory + "/stack"));
        if (kernel.Count == 0 && root.Read(directory + "/wchan") is { Length: > 0 } place and not "0") kernel = [place];
        return new(call, pc, kernel);
    }

    /// <summary><c>202 0x7f.. ... sp pc</c>, <c>-1 sp pc</c> outside of a call, or <c>running</c>.</summary>
    public static (int Call, ulong Pc) ParseCall(string? text)
    {
        var fields = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 3 || !int.TryParse(fields[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var call)) return (-1, 0);
        return (call, fields[^1].StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(fields[^1].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var pc) ? pc : 0);
    }

    /// <summary>Lines like <c>[&lt;0&gt;] futex_wait+0xb1/0x150</c>, the innermost first.</summary>
    public static IReadOnlyList<string> ParseStack(string? text)
    {
        var frames = new List<string>();
        foreach (var line in (text ?? "").Split('\n'))
        {
            var end = line.IndexOf("] ", StringComparison.Ordinal);
            if (end < 0) continue;
            var name = line[(end + 2)..];
            var plus = name.IndexOf('+', StringComparison.Ordinal);
            if (plus > 0) name = name[..plus];
            if (!Entries.Contains(name)) frames.Add(name);
        }
        frames.Reverse();
        return frames;
    }
}
