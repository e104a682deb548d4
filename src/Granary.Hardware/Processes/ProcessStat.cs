using System.Globalization;

namespace Granary.Hardware;

/// <summary>The fields of <c>/proc/PID/stat</c> (proc_pid_stat(5)) that a supervisor needs.</summary>
/// <param name="State">R, S, D, Z (ended, not yet waited for), ...</param>
/// <param name="StartTicks">Start after boot in clock ticks (1/100 s): with the pid it names a process for good.</param>
/// <param name="ResidentPages">Resident set, pages of 4 KiB.</param>
public readonly record struct ProcessStat(
    int Pid, char State, int Parent, int ProcessGroup, int Session, long StartTicks, long ResidentPages, long CpuTicks)
{
    /// <summary>False when the process is gone or the line is not understood.</summary>
    public static bool TryRead(SystemRoot root, int pid, out ProcessStat stat)
    {
        stat = default;
        return root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")) is { } text && TryParse(text, out stat);
    }

    /// <summary>The name in parentheses may itself hold spaces and parentheses: the fields begin after the last one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ProcessStat stat)
    {
        stat = default;
        var open = text.IndexOf('(');
        var close = text.LastIndexOf(')');
        if (open < 1 || close < open || close + 2 >= text.Length) return false;
        if (!int.TryParse(text[..(open - 1)], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return false;
        var state = text[close + 2];
        Span<long> field = stackalloc long[25];
        var number = 4;
        var rest = text[Math.Min(text.Length, close + 4)..];
        while (number < field.Length && !rest.IsEmpty)
        {
            var space = rest.IndexOf(' ');
            var one = space < 0 ? rest : rest[..space];
            rest = space < 0 ? default : rest[(space + 1)..];
            _ = long.TryParse(one, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out field[number++]);
        }
        if (number < 25) return false;
        stat = new(pid, state, (int)field[4], (int)field[5], (int)field[6], field[22], field[24], field[14] + field[15]);
        return true;
    }
}
