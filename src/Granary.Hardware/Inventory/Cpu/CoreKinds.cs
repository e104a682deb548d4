using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// Tells kinds of cores apart: on x86 hybrids by the perf devices <c>/sys/devices/cpu_core</c> and <c>cpu_atom</c>, on Arm by
/// <c>cpu_capacity</c> (of 1024). All others are one kind: boost limits that differ a little make no second one.
/// </summary>
internal static class CoreKinds
{
    private const string Cpus = "/sys/devices/system/cpu";
    private const int MostKinds = 8;

    public static Listed<CoreKind> Read(SystemRoot root, int[] online, CpuReader.CpuPlace[] places, CpuInfo info)
    {
        if (online.Length == 0) return Listed.Absent<CoreKind>("no CPU is known");
        var performance = CpuList.Parse(root.Read("/sys/devices/cpu_core/cpus")).ToHashSet();
        var efficiency = CpuList.Parse(root.Read("/sys/devices/cpu_atom/cpus")).ToHashSet();
        var hybrid = performance.Count > 0 && efficiency.Count > 0;
        var capacities = hybrid ? [] : Capacities(root, online);
        return Listed.Measured<CoreKind>([.. places.GroupBy(p => Name(p.Cpu)).OrderByDescending(g => g.Key, StringComparer.Ordinal)
            .Select(g => Kind(root, g.Key, [.. g], info))], MostKinds);

        string Name(int cpu) => hybrid
            ? performance.Contains(cpu) ? "performance" : efficiency.Contains(cpu) ? "efficiency" : "core"
            : capacities.TryGetValue(cpu, out var capacity) ? string.Create(CultureInfo.InvariantCulture, $"capacity-{capacity:0000}") : "core";
    }

    // one capacity for all says nothing
    private static Dictionary<int, long> Capacities(SystemRoot root, int[] online)
    {
        var capacities = new Dictionary<int, long>();
        foreach (var cpu in online)
            if (root.Whole($"{Cpus}/cpu{cpu}/cpu_capacity", 1, 1024) is { IsKnown: true } capacity) capacities[cpu] = capacity.Value;
        return capacities.Count == online.Length && capacities.Values.Distinct().Skip(1).Any() ? capacities : [];
    }

    private static CoreKind Kind(SystemRoot root, string name, CpuReader.CpuPlace[] places, CpuInfo info)
    {
        var cpus = places.Select(p => p.Cpu).ToArray();
        var known = places.Where(p => p.Core >= 0).Select(p => (p.Package, p.Die, p.Core)).Distinct().Count();
        return new(name, CpuList.Format(cpus), known, cpus.Length,
            Over(root, cpus, "cpuinfo_min_freq", Enumerable.Min), Over(root, cpus, "cpuinfo_max_freq", Enumerable.Max),
            Base(root, cpus, info), Current(root, cpus, info));
    }

    private static Reading<double> Over(SystemRoot root, int[] cpus, string file, Func<IEnumerable<double>, double> pick)
    {
        var found = Frequencies(root, cpus, file);
        return found.Count == 0 ? Readings.Absent<double>($"no cpufreq/{file}") : Readings.Measured(pick(found));
    }

    // kHz in the file; 100 GHz is beyond belief
    private static List<double> Frequencies(SystemRoot root, int[] cpus, string file) =>
        [.. cpus.Select(cpu => root.Scaled($"{Cpus}/cpu{cpu}/cpufreq/{file}", 1000, 100_000_000)).Where(r => r.IsKnown && r.Value > 0).Select(r => r.Value)];

    private static Reading<double> Current(SystemRoot root, int[] cpus, CpuInfo info)
    {
        var found = Frequencies(root, cpus, "scaling_cur_freq");
        if (found.Count > 0) return Readings.Measured(Math.Round(found.Average()));
        var told = cpus.Where(info.MHz.ContainsKey).Select(cpu => info.MHz[cpu]).ToList();
        return told.Count == 0 ? Readings.Absent<double>("neither cpufreq/scaling_cur_freq nor 'cpu MHz' in /proc/cpuinfo")
            : Readings.Estimated(Math.Round(told.Average()), "/proc/cpuinfo, which in a virtual machine is the nominal frequency");
    }

    private static Reading<double> Base(SystemRoot root, int[] cpus, CpuInfo info)
    {
        var found = Frequencies(root, cpus, "base_frequency");
        if (found.Count > 0) return Readings.Measured(found.Max());
        var model = info.Model.Or("") ?? "";
        var at = model.LastIndexOf('@');
        if (at >= 0 && model.EndsWith("GHz", StringComparison.Ordinal)
            && double.TryParse(model.AsSpan(at + 1, model.Length - at - 4).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ghz) && ghz is > 0 and < 100)
            return Readings.Estimated(Math.Round(ghz * 1000), "the model's name");
        return Readings.Absent<double>("no cpufreq/base_frequency");
    }
}
