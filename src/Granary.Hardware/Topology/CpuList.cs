using System.Globalization;

namespace Granary.Hardware;

/// <summary>The kernel's way to write a set of CPUs: <c>0-3,8,10-11</c>.</summary>
public static class CpuList
{
    /// <summary>CPU numbers in ascending order without repeats; what is not understood is left out.</summary>
    public static int[] Parse(string? text)
    {
        var cpus = new SortedSet<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!TryNumber(dash < 0 ? part : part[..dash], out var first)) continue;
            var last = first;
            if (dash >= 0 && !TryNumber(part[(dash + 1)..], out last)) continue;
            for (var cpu = first; cpu <= last; cpu++) cpus.Add(cpu);
        }
        return [.. cpus];
    }

    public static string Format(IEnumerable<int> cpus)
    {
        var parts = new List<string>();
        var sorted = cpus.Order().Distinct().ToArray();
        for (var i = 0; i < sorted.Length;)
        {
            var j = i;
            while (j + 1 < sorted.Length && sorted[j + 1] == sorted[j] + 1) j++;
            parts.Add(i == j ? $"{sorted[i]}" : $"{sorted[i]}-{sorted[j]}");
            i = j + 1;
        }
        return string.Join(',', parts);
    }

    // 8192 is the largest NR_CPUS a kernel is built with: a broken file cannot make us loop for long
    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < 8192;
}
