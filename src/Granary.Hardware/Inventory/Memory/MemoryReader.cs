using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>Memory from <c>/proc/meminfo</c>, <c>/proc/swaps</c>, <c>/sys/kernel/mm</c> and the agent's group.</summary>
internal static class MemoryReader
{
    public static MemoryInventory Read(SystemRoot root, CgroupLimits limits)
    {
        var info = root.Read("/proc/meminfo");
        return new MemoryInventory
        {
            TotalMiB = Field(info, "MemTotal:"),
            AvailableMiB = Field(info, "MemAvailable:") is { IsKnown: true } available ? available
                : Field(info, "MemFree:") is { IsKnown: true } free ? Readings.Estimated(free.Value, "free memory alone: this kernel has no MemAvailable")
                : Field(info, "MemAvailable:"),
            SwapTotalMiB = Field(info, "SwapTotal:"),
            SwapFreeMiB = Field(info, "SwapFree:"),
            LimitMiB = limits.MemoryMiB is { } limit ? Readings.Measured(limit) : Readings.Absent<long>("no limit is set on the agent's group"),
            SwapDevices = Swaps(root),
            HugePages = HugePagesIn(root, "/sys/kernel/mm/hugepages") is { Count: > 0 } sizes
                ? Listed.Measured(sizes, 8) : Listed.Absent<HugePages>("no /sys/kernel/mm/hugepages"),
            TransparentHugePages = root.Chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        };
    }

    /// <summary>KiB in the text, MiB here. A node's file has words before the name: <c>Node 0 MemTotal: 1 kB</c>.</summary>
    internal static Reading<long> Field(string? text, string name)
    {
        if (text is null) return Readings.Absent<long>("no /proc/meminfo");
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var at = line.IndexOf(name, StringComparison.Ordinal);
            if (at < 0 || (at > 0 && line[at - 1] != ' ')) continue;
            var value = line[(at + name.Length)..].Trim();
            var space = value.IndexOf(' ');
            if (long.TryParse(space < 0 ? value : value[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var kib)) return Readings.Measured(kib / 1024);
        }
        return Readings.Absent<long>($"no {name.TrimEnd(':')} in meminfo");
    }

    internal static IReadOnlyList<HugePages> HugePagesIn(SystemRoot root, string directory)
    {
        const string Prefix = "hugepages-";
        var sizes = new List<HugePages>();
        foreach (var name in root.List(directory).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith("kB", StringComparison.Ordinal)))
            if (long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var kib))
                sizes.Add(new(kib, root.Whole($"{directory}/{name}/nr_hugepages"), root.Whole($"{directory}/{name}/free_hugepages")));
        return [.. sizes.OrderBy(s => s.SizeKiB).Take(8)];
    }

    // Filename Type Size Used Priority, KiB
    private static Listed<SwapDevice> Swaps(SystemRoot root)
    {
        if (root.Read("/proc/swaps") is not { } text) return Listed.Absent<SwapDevice>("no /proc/swaps");
        var devices = new List<SwapDevice>();
        foreach (var line in text.Split('\n').Skip(1))
        {
            var fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 4 && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                && long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var used))
                devices.Add(new(SystemFields.Clean(fields[0]), SystemFields.Clean(fields[1]), size / 1024, used / 1024));
        }
        return Listed.Measured(devices, 16);
    }
}

/// <summary>NUMA nodes from <c>/sys/devices/system/node/nodeN</c>.</summary>
internal static class NumaReader
{
    private const string Nodes = "/sys/devices/system/node";

    public static Listed<NumaNodeInventory> Read(SystemRoot root)
    {
        var nodes = root.Numbered(Nodes, "node").ToArray();
        return nodes.Length == 0
            ? Listed.Absent<NumaNodeInventory>($"no {Nodes}: the kernel knows no NUMA nodes, or /sys is hidden")
            : Listed.Measured<NumaNodeInventory>([.. nodes.Select(n => Node(root, n))], 64);
    }

    private static NumaNodeInventory Node(SystemRoot root, int node)
    {
        var at = $"{Nodes}/node{node}";
        var memory = root.Read($"{at}/meminfo") ?? "";
        return new(node, CpuList.Format(CpuList.Parse(root.Read($"{at}/cpulist"))),
            MemoryReader.Field(memory, "MemTotal:"), MemoryReader.Field(memory, "MemFree:"),
            [.. (root.Read($"{at}/distance") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(64)
                .Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var distance) ? distance : 0).Where(d => d > 0)],
            MemoryReader.HugePagesIn(root, $"{at}/hugepages"));
    }
}
