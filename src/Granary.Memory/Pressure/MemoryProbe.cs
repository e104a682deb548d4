using System.Globalization;

namespace Granary.Memory.Pressure;

/// <summary>Reads how memory stands: the control group's limit and use (version 2 or 1), /proc/meminfo, /proc/pressure/memory, and the collector. What is missing or garbled is NaN.</summary>
/// <param name="root">Where proc and sys are; for tests.</param>
public sealed class MemoryProbe(string root = "/")
{
    public MemoryReading Read()
    {
        var collector = GC.GetGCMemoryInfo();
        return new MemoryReading(Used(), Stalled(), collector.TotalAvailableMemoryBytes > 0 ? (double)collector.HeapSizeBytes / collector.TotalAvailableMemoryBytes : double.NaN);
    }

    /// <summary>The tighter of the control group and the machine.</summary>
    private double Used() => Max(Group(), Machine());

    private double Machine()
    {
        double total = double.NaN, available = double.NaN;
        foreach (var line in Lines("proc/meminfo"))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) total = Number(line[9..]);
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)) available = Number(line[13..]);
        }
        return total > 0 ? Math.Clamp(1 - available / total, 0, 1) : double.NaN;
    }

    private double Group()
    {
        foreach (var line in Lines("proc/self/cgroup"))
        {
            // 0::/path, or 9:memory:/path
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            if (controllers.Length == 0 && Part($"sys/fs/cgroup{path}/memory.current", $"sys/fs/cgroup{path}/memory.max", $"sys/fs/cgroup{path}/memory.stat", "inactive_file ") is var two and >= 0) return two;
            if (!controllers.Split(',').Contains("memory")) continue;
            if (Part($"sys/fs/cgroup/memory{path}/memory.usage_in_bytes", $"sys/fs/cgroup/memory{path}/memory.limit_in_bytes", $"sys/fs/cgroup/memory{path}/memory.stat", "total_inactive_file ") is var one and >= 0) return one;
        }
        return double.NaN;
    }

    /// <summary>What is used of a limit, without cached files that the kernel would drop first.</summary>
    private double Part(string usedFile, string limitFile, string statFile, string dropped)
    {
        var (used, limit) = (Number(First(usedFile)), Number(First(limitFile)));
        if (!(limit > 0) || limit > 1L << 50) return double.NaN;
        foreach (var line in Lines(statFile)) if (line.StartsWith(dropped, StringComparison.Ordinal) && Number(line[dropped.Length..]) is var files and >= 0) used -= files;
        return Math.Clamp(used / limit, 0, 1);
    }

    private double Stalled()
    {
        // some avg10=0.12 avg60=...: percent
        var line = First("proc/pressure/memory");
        var at = line.IndexOf("avg10=", StringComparison.Ordinal);
        return at < 0 ? double.NaN : Math.Clamp(Number(line[(at + 6)..]) / 100, 0, 1);
    }

    private string First(string file) => Lines(file) is [var first, ..] ? first : "";

    private string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    private static double Number(string text)
    {
        var word = text.AsSpan().Trim();
        if (word.IndexOf(' ') is > 0 and var end) word = word[..end];
        return double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    private static double Max(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Max(a, b);
}
