using System.Globalization;

namespace Granary.Hardware;

/// <summary>One logical CPU and where it sits. Ids are the kernel's; unknown ones are 0 (core: the CPU's own number).</summary>
public readonly record struct LogicalCpu(int Id, int Core, int Package, int NumaNode);

/// <summary>The logical CPUs this process may use, in ascending order.</summary>
public sealed class CpuTopology
{
    private CpuTopology(IReadOnlyList<LogicalCpu> cpus) => Cpus = cpus;

    public IReadOnlyList<LogicalCpu> Cpus { get; }

    public static CpuTopology Of(IEnumerable<LogicalCpu> cpus) => new([.. cpus.OrderBy(c => c.Id)]);

    /// <summary>Reads <c>/sys/devices/system</c>, restricted to the CPUs that <c>/proc/self/status</c> allows.</summary>
    public static CpuTopology Read(SystemRoot root)
    {
        var online = CpuList.Parse(root.Read("/sys/devices/system/cpu/online"));
        var allowed = Allowed(root);
        var ids = online.Length == 0 ? allowed : allowed.Length == 0 ? online : [.. online.Intersect(allowed)];
        if (ids.Length == 0) ids = [0];

        var node = new Dictionary<int, int>();
        foreach (var name in root.List("/sys/devices/system/node"))
            if (name.StartsWith("node", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                foreach (var cpu in CpuList.Parse(root.Read($"/sys/devices/system/node/{name}/cpulist")))
                    node[cpu] = number;

        return new([.. ids.Select(id => new LogicalCpu(
            id, Topology(root, id, "core_id") ?? id, Topology(root, id, "physical_package_id") ?? 0, node.GetValueOrDefault(id)))]);
    }

    private static int[] Allowed(SystemRoot root)
    {
        const string Key = "Cpus_allowed_list:";
        var line = root.Read("/proc/self/status")?.Split('\n').FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return CpuList.Parse(line?[Key.Length..]);
    }

    private static int? Topology(SystemRoot root, int cpu, string file) =>
        int.TryParse(root.Read($"/sys/devices/system/cpu/cpu{cpu}/topology/{file}"), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : null;
}
