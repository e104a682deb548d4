using System.Globalization;

namespace Granary.Hardware;

/// <summary><c>/proc/meminfo</c>: total and available (what new work could get without swapping), MiB; 0 when unknown.</summary>
public readonly record struct MemoryInfo(long TotalMiB, long AvailableMiB)
{
    public static MemoryInfo Read(SystemRoot root)
    {
        var text = root.Read("/proc/meminfo") ?? "";
        var total = Field(text, "MemTotal:");
        // kernels before 3.14 have no MemAvailable: free memory is the honest lower bound
        return new(total / 1024, (Field(text, "MemAvailable:") is > 0 and var available ? available : Field(text, "MemFree:")) / 1024);
    }

    private static long Field(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(name, StringComparison.Ordinal)) continue;
            var value = line[name.Length..].Trim();
            var space = value.IndexOf(' ');
            return long.TryParse(space < 0 ? value : value[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var kib) ? kib : 0;
        }
        return 0;
    }
}
