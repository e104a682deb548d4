using System.Globalization;

namespace Granary.Hardware;

/// <summary>The first line of <c>/proc/stat</c>, in clock ticks since boot. Guest time is part of user time, so it is not added.</summary>
public readonly record struct CpuTimes(ulong Busy, ulong Total)
{
    public static CpuTimes Parse(string? stat)
    {
        var line = (stat ?? "").Split('\n').FirstOrDefault(l => l.StartsWith("cpu ", StringComparison.Ordinal));
        if (line is null) return default;
        ulong busy = 0, total = 0;
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i < fields.Length && i <= 8; i++)
        {
            if (!ulong.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)) continue;
            total += ticks;
            if (i is not (4 or 5)) busy += ticks; // 4 idle, 5 iowait
        }
        return new(busy, total);
    }

    /// <summary>How many cores the first line is the sum of: each has a line of its own.</summary>
    public static int CountCores(string? stat) =>
        (stat ?? "").Split('\n').Count(l => l.Length > 3 && l.StartsWith("cpu", StringComparison.Ordinal) && char.IsAsciiDigit(l[3]));

    /// <summary>Busy fraction since an earlier reading, 0 to 1; 0 when no time passed or the counters ran backwards.</summary>
    public double UtilizationSince(CpuTimes earlier) => Total <= earlier.Total || Busy < earlier.Busy
        ? 0
        : Math.Min(1, (Busy - earlier.Busy) / (double)(Total - earlier.Total));
}
